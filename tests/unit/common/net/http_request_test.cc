#include "common/net/http_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Url Target() { return {.https = false, .host = "h", .port = 8000, .path = "/prefix"}; }

TEST(SerializeRequestTest, GetHasNoBodyHeaders) {
  EXPECT_EQ(SerializeRequest(Target(),
                             {.method = "GET", .path = "/v1/models", .headers = {}, .body = {}}),
            "GET /prefix/v1/models HTTP/1.1\r\nHost: h:8000\r\nUser-Agent: specctl\r\n"
            "Accept: */*\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST(SerializeRequestTest, PostCarriesTypeLengthAndBody) {
  EXPECT_EQ(SerializeRequest(Target(), {.method = "POST",
                                        .path = "/v1/completions",
                                        .headers = {{"X-Request-Id", "r-1.0"}},
                                        .body = "{\"a\":1}"}),
            "POST /prefix/v1/completions HTTP/1.1\r\nHost: h:8000\r\nUser-Agent: specctl\r\n"
            "Accept: */*\r\nAccept-Encoding: identity\r\nContent-Type: application/json\r\n"
            "Content-Length: 7\r\n"
            "X-Request-Id: r-1.0\r\n\r\n{\"a\":1}");
}

TEST(SerializeRequestTest, EmptyPostSaysItsLength) {
  EXPECT_THAT(
      SerializeRequest(Target(), {.method = "POST", .path = "/x", .headers = {}, .body = {}}),
      HasSubstr("Content-Length: 0\r\n"));
}

TEST(SerializeRequestTest, GivenHeaderReplacesADefaultWhateverItsCase) {
  const std::string text = SerializeRequest(
      Target(),
      {.method = "GET", .path = "/metrics", .headers = {{"accept", "text/plain"}}, .body = {}});
  EXPECT_THAT(text, HasSubstr("\r\naccept: text/plain\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("*/*")));
}

TEST(SerializeRequestTest, NoPathAtAllIsTheRoot) {
  const std::string text = SerializeRequest(
      *ParseUrl("host:9000"), {.method = "GET", .path = {}, .headers = {}, .body = {}});
  EXPECT_THAT(text, StartsWith("GET / HTTP/1.1\r\n"));
}

TEST(HeaderSyntaxTest, NamesAreTokensAndValuesHaveNoLineEnds) {
  EXPECT_TRUE(IsHeaderName("X-Request_Id~1"));
  EXPECT_FALSE(IsHeaderName(""));
  EXPECT_FALSE(IsHeaderName("a b"));
  EXPECT_FALSE(IsHeaderName("a:"));
  EXPECT_FALSE(IsHeaderName("\xc3\xa9"));
  EXPECT_TRUE(IsHeaderValue(""));
  EXPECT_TRUE(IsHeaderValue("Bearer k:\"x\""));
  EXPECT_FALSE(IsHeaderValue("a\r\nEvil: 1"));
  EXPECT_FALSE(IsHeaderValue("a\n"));
  EXPECT_FALSE(IsHeaderValue(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace specctl
