#include "tools/sim/http_request_parser.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

constexpr std::string_view kRequest =
    "POST /v1/completions?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    "X-Request-Id: run-1.0\r\nX-Category: qa\r\nAuthorization: Bearer k\r\nContent-Length: "
    "4\r\n\r\n"
    "{\"a\"";

// Feeds `bytes` in pieces of `piece` bytes until a request is whole.
HttpRequest ParseInPieces(std::string_view bytes, size_t piece) {
  HttpRequestParser parser;
  std::string unread;
  while (!parser.done() && !bytes.empty()) {
    unread += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    const auto taken = parser.Feed(unread);
    EXPECT_TRUE(taken.ok());
    unread.erase(0, *taken);
  }
  EXPECT_TRUE(parser.done());
  return parser.TakeRequest();
}

TEST(HttpRequestParserTest, EverySplitGivesTheSameRequest) {
  for (size_t piece = 1; piece <= kRequest.size(); ++piece) {
    const HttpRequest request = ParseInPieces(kRequest, piece);
    ASSERT_EQ(request.method, "POST");
    ASSERT_EQ(request.path, "/v1/completions");
    ASSERT_EQ(request.body, "{\"a\"");
    ASSERT_EQ(request.content_type, "application/json");
    ASSERT_EQ(request.request_id, "run-1.0");
    ASSERT_EQ(request.category, "qa");
    ASSERT_EQ(request.authorization, "Bearer k");
    ASSERT_FALSE(request.close);
  }
}

TEST(HttpRequestParserTest, BytesAfterARequestAreLeftForTheNext) {
  HttpRequestParser parser;
  const std::string two = std::string(kRequest) + "GET /health HTTP/1.1\r\n\r\n";
  auto taken = parser.Feed(two);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(*taken, kRequest.size());
  EXPECT_EQ(parser.TakeRequest().path, "/v1/completions");
  taken = parser.Feed(two.substr(*taken));
  ASSERT_TRUE(taken.ok() && parser.done());
  EXPECT_EQ(parser.TakeRequest().path, "/health");
}

TEST(HttpRequestParserTest, CloseIsAskedForOrImpliedByTheVersion) {
  EXPECT_TRUE(ParseInPieces("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 100).close);
  EXPECT_TRUE(ParseInPieces("GET / HTTP/1.0\r\n\r\n", 100).close);
}

TEST(HttpRequestParserTest, BytesThatAreNoRequestAreRefused) {
  HttpRequestParser parser;
  const auto taken = parser.Feed("\x16\x03\x01 this is TLS\r\n\r\n");
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(taken.status().message()),
            "HTTP request: need a valid one, got bad method");
}

TEST(HttpRequestParserTest, ContinueIsExpectedOnce) {
  HttpRequestParser parser;
  ASSERT_TRUE(
      parser.Feed("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").ok());
  EXPECT_TRUE(parser.TakeContinueExpected());
  EXPECT_FALSE(parser.TakeContinueExpected());
}

}  // namespace
}  // namespace specctl::sim
