#include "common/net/http_response_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace specctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CollectingSink final : public HttpBodySink {
 public:
  void OnHead() override { ++heads; }
  absl::Status OnBody(std::string_view bytes) override {
    EXPECT_EQ(heads, 1) << "a body before its head";
    body.append(bytes);
    return answer;
  }
  int heads = 0;
  std::string body;
  absl::Status answer;
};

struct Fixture {
  CollectingSink sink;
  HttpResponseParser parser{sink};
};

constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=utf-8\r\n"
    "transfer-encoding: chunked\r\nX-Request-Id: 7\r\n\r\n"
    "a\r\ndata: 1\n\n\x01\r\n4;name=\"v\"\r\nmore\r\n0\r\nServer-Timing: x\r\n\r\n";

TEST(HttpResponseParserTest, ChunkedBodyWithExtensionsAndTrailers) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed(kChunked).ok());
  EXPECT_TRUE(f.parser.done());
  EXPECT_EQ(f.sink.body, "data: 1\n\n\x01more");
  EXPECT_EQ(f.parser.status(), 200u);
  EXPECT_EQ(f.parser.content_type(), "text/event-stream");
  EXPECT_EQ(f.parser.header("x-request-id"), "7");
  EXPECT_EQ(f.parser.header("absent"), "");
  EXPECT_TRUE(f.parser.keep_alive());
  EXPECT_TRUE(f.parser.FeedEof().ok());
}

TEST(HttpResponseParserTest, EveryByteSplitGivesTheSame) {
  for (size_t cut = 0; cut <= kChunked.size(); ++cut) {
    SCOPED_TRACE(cut);
    Fixture f;
    ASSERT_TRUE(f.parser.Feed(kChunked.substr(0, cut)).ok());
    EXPECT_EQ(f.parser.any_byte(), cut > 0);
    EXPECT_EQ(f.parser.done(), cut == kChunked.size());
    ASSERT_TRUE(f.parser.Feed(kChunked.substr(cut)).ok());
    EXPECT_TRUE(f.parser.done());
    EXPECT_EQ(f.sink.body, "data: 1\n\n\x01more");
    EXPECT_EQ(f.sink.heads, 1);
  }
}

TEST(HttpResponseParserTest, ByteByByte) {
  Fixture f;
  for (const char& c : kChunked) ASSERT_TRUE(f.parser.Feed({&c, 1}).ok());
  EXPECT_TRUE(f.parser.done());
  EXPECT_EQ(f.sink.body, "data: 1\n\n\x01more");
}

TEST(HttpResponseParserTest, EndOfAnEventIsHandedOnBeforeItsChunkEnds) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed(kChunked.substr(0, kChunked.find('\x01'))).ok());
  EXPECT_EQ(f.sink.body, "data: 1\n\n");
  EXPECT_FALSE(f.parser.done());
}

TEST(HttpResponseParserTest, ContentLength) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed("HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nabc").ok());
  EXPECT_TRUE(f.parser.head_done());
  EXPECT_FALSE(f.parser.done());
  ASSERT_TRUE(f.parser.Feed("de").ok());
  EXPECT_TRUE(f.parser.done());
  EXPECT_EQ(f.parser.status(), 401u);
  EXPECT_EQ(f.sink.body, "abcde");
}

TEST(HttpResponseParserTest, EmptyBodies) {
  for (const char* text :
       {"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"}) {
    Fixture f;
    ASSERT_TRUE(f.parser.Feed(text).ok());
    EXPECT_TRUE(f.parser.done()) << text;
    EXPECT_EQ(f.sink.heads, 1);
  }
}

TEST(HttpResponseParserTest, BodyUntilClose) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed("HTTP/1.1 200 OK\r\n\r\nabc").ok());
  ASSERT_TRUE(f.parser.Feed("def").ok());
  EXPECT_FALSE(f.parser.done());
  ASSERT_TRUE(f.parser.FeedEof().ok());
  EXPECT_TRUE(f.parser.done());
  EXPECT_FALSE(f.parser.keep_alive());
  EXPECT_EQ(f.sink.body, "abcdef");
}

TEST(HttpResponseParserTest, InterimResponsesAreSkipped) {
  const std::string text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  for (const size_t step : {size_t{1}, text.size()}) {
    Fixture f;
    for (size_t at = 0; at < text.size(); at += step) {
      ASSERT_TRUE(f.parser.Feed(std::string_view(text).substr(at, step)).ok());
    }
    EXPECT_EQ(f.parser.status(), 200u);
    EXPECT_TRUE(f.parser.done());
    EXPECT_EQ(f.sink.body, "ok");
    EXPECT_EQ(f.sink.heads, 1);
  }
}

TEST(HttpResponseParserTest, KeepAliveByVersionAndHeader) {
  const auto keep_alive = [](std::string_view head) {
    Fixture f;
    EXPECT_TRUE(f.parser.Feed(std::string(head) + "Content-Length: 0\r\n\r\n").ok());
    return f.parser.keep_alive();
  };
  EXPECT_TRUE(keep_alive("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.1 200 OK\r\nconnection: close\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(keep_alive("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
}

TEST(HttpResponseParserTest, ResetReadsTheNextResponse) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed("HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\nx").ok());
  f.parser.Reset();
  f.sink.heads = 0;
  EXPECT_EQ(f.parser.status(), 0u);
  EXPECT_FALSE(f.parser.any_byte());
  EXPECT_EQ(f.parser.content_type(), "");
  ASSERT_TRUE(f.parser.Feed(kChunked).ok());
  EXPECT_EQ(f.parser.status(), 200u);
}

TEST(HttpResponseParserTest, ClosedTooEarlySaysWhere) {
  const auto eof_after = [](std::string_view text) {
    Fixture f;
    EXPECT_TRUE(f.parser.Feed(text).ok());
    const absl::Status status = f.parser.FeedEof();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    return std::string(status.message());
  };
  EXPECT_THAT(eof_after(""), HasSubstr("before its first byte"));
  EXPECT_THAT(eof_after("HTTP/1.1 200 OK\r\nContent-"), HasSubstr("in its head"));
  EXPECT_THAT(eof_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"),
              AllOf(HasSubstr("closed before the end of the response"), HasSubstr("3 bytes")));
  EXPECT_THAT(eof_after(kChunked.substr(0, kChunked.find("0\r\nServer"))),
              HasSubstr("last HTTP chunk is missing"));
}

struct Garbage {
  const char* text;
  const char* says;
};

TEST(HttpResponseParserTest, WhatIsNotHttpIsNamed) {
  for (const Garbage& garbage :
       {Garbage{"SSH-2.0-OpenSSH_9.2\r\n\r\n", "in the head, at \"SSH-2.0"},
        Garbage{"HTTP/2 200 OK\r\n\r\n", "bad version"},
        Garbage{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "in the body"},
        Garbage{"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n", "Content-Length"}}) {
    Fixture f;
    const absl::Status status = f.parser.Feed(garbage.text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << garbage.text;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("not an HTTP/1.x response"), HasSubstr(garbage.says)));
  }
}

TEST(HttpResponseParserTest, HeadAndFramingAreBounded) {
  Fixture head;
  absl::Status status = head.parser.Feed("HTTP/1.1 200 OK\r\nX: ");
  for (int i = 0; i < 70 && status.ok(); ++i) status = head.parser.Feed(std::string(1024, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  Fixture chunk;
  status = chunk.parser.Feed("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=");
  for (int i = 0; i < 200 && status.ok(); ++i) status = chunk.parser.Feed(std::string(1024, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("has no end"));
}

TEST(HttpResponseParserTest, BytesAfterTheEndAreAnError) {
  Fixture f;
  const absl::Status status = f.parser.Feed(std::string(kChunked) + "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("19 bytes after the end"));
}

TEST(HttpResponseParserTest, LineEndsAroundAResponseArePassedOver) {
  for (const size_t step : {size_t{1}, size_t{10'000}}) {
    Fixture f;
    const std::string bytes = "\r\n\n" + std::string(kChunked) + "\r\n";
    EXPECT_FALSE(f.parser.any_byte());
    for (size_t at = 0; at < bytes.size(); at += step) {
      ASSERT_TRUE(f.parser.Feed(std::string_view(bytes).substr(at, step)).ok());
    }
    EXPECT_TRUE(f.parser.done());
    EXPECT_EQ(f.parser.stray_bytes(), 5u);
    EXPECT_EQ(f.sink.body, "data: 1\n\n\x01more");
  }
  Fixture f;
  ASSERT_TRUE(f.parser.Feed("\r\n").ok());
  EXPECT_FALSE(f.parser.any_byte()) << "of the response";
}

TEST(HttpResponseParserTest, ChunkedGoesBeforeContentLength) {
  const std::string text =
      "HTTP/1.1 200\nContent-Length: 5\nTransfer-Encoding: chunked\n\n"
      "6\r\nabcdef\r\n0\r\n\r\n";
  for (const size_t step : {size_t{1}, text.size()}) {
    Fixture f;
    for (size_t at = 0; at < text.size(); at += step) {
      ASSERT_TRUE(f.parser.Feed(std::string_view(text).substr(at, step)).ok());
    }
    EXPECT_TRUE(f.parser.done());
    EXPECT_EQ(f.parser.status(), 200u);
    EXPECT_EQ(f.sink.body, "abcdef");
    EXPECT_TRUE(f.parser.keep_alive());
  }
}

TEST(HttpResponseParserTest, ErrorOfTheSinkEndsTheParsing) {
  Fixture f;
  f.sink.answer = absl::ResourceExhaustedError("enough");
  const absl::Status status = f.parser.Feed(kChunked);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "enough");
  EXPECT_EQ(f.sink.body, "data: 1\n\n\x01");
}

// Beast's default body limit of 8 MiB also holds for a chunked stream.
TEST(HttpResponseParserTest, ALongStreamHasNoLimit) {
  Fixture f;
  ASSERT_TRUE(f.parser.Feed("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").ok());
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(f.parser.Feed(chunk).ok());
    f.sink.body.clear();
  }
  ASSERT_TRUE(f.parser.Feed("0\r\n\r\n").ok());
  EXPECT_TRUE(f.parser.done());
}

}  // namespace
}  // namespace specctl
