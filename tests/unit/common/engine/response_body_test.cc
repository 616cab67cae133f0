#include "common/engine/response_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace specctl {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kChunkEvent =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
constexpr std::string_view kFinishEvent =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
constexpr std::string_view kDoneEvent = "data: [DONE]\n\n";

class ResponseBodyTest : public ::testing::Test {
 protected:
  void Begin(const ResponseBody::Head& head) {
    body_.BeginResponse({});
    body_.OnHead(head);
    chunks_ = 0;
  }
  void BeginStream() { Begin({.status = 200, .content_type = "text/event-stream"}); }
  absl::Status Feed(std::string_view bytes) {
    const std::string padded = std::string(bytes) + std::string(SseParser::kPadding, '\0');
    return body_.Feed(std::string_view(padded).substr(0, bytes.size()),
                      [this](const ChunkFacts&, bool) { ++chunks_; });
  }
  ResponseVerdict Judge() const { return body_.Judge({.head_done = true}); }
  // The verdict on a response that is `text`, whatever its type.
  ResponseVerdict JudgeText(const ResponseBody::Head& head, std::string_view text) {
    Begin(head);
    const absl::Status fed = Feed(text);
    return body_.Judge({.head_done = true, .fault = fed});
  }

  StreamDecoder decoder_;
  ResponseBody body_{decoder_, 1 << 20};
  int chunks_ = 0;
};

TEST_F(ResponseBodyTest, AnAnswerIsSettledAtItsFinishAndDone) {
  BeginStream();
  ASSERT_TRUE(Feed(kChunkEvent).ok());
  ASSERT_TRUE(Feed(kFinishEvent).ok());
  EXPECT_FALSE(body_.settled());
  ASSERT_TRUE(Feed(kDoneEvent).ok());
  EXPECT_TRUE(body_.settled());
  EXPECT_EQ(chunks_, 1);
  EXPECT_TRUE(Judge().ok());
  BeginStream();
  ASSERT_TRUE(Feed(kDoneEvent).ok());
  EXPECT_FALSE(body_.settled()) << "[DONE] alone is no answer";
}

TEST_F(ResponseBodyTest, AStreamUnderAnotherNameIsReadAndCounted) {
  for (const size_t step : {size_t{1}, size_t{1000}}) {
    Begin({.status = 200, .content_type = "text/plain"});
    const std::string stream =
        "\n" + std::string(kChunkEvent) + std::string(kFinishEvent) + std::string(kDoneEvent);
    for (size_t at = 0; at < stream.size(); at += step) {
      ASSERT_TRUE(Feed(std::string_view(stream).substr(at, step)).ok());
    }
    EXPECT_TRUE(Judge().ok()) << Judge().text;
    EXPECT_EQ(chunks_, 1);
    EXPECT_EQ(body_.reader().passed_over(), 1u);
    EXPECT_EQ(body_.bytes(), stream.size());
  }
}

TEST_F(ResponseBodyTest, AnErrorObjectInAWholeAnswerIsTheServersWord) {
  const ResponseVerdict verdict =
      JudgeText({.status = 200, .content_type = "application/json"},
                R"({"error":{"message":"quota of team blue is used up","code":429}})");
  EXPECT_EQ(verdict.fault, ResponseFault::kErrorEvent);
  EXPECT_EQ(verdict.text,
            "HTTP status 200 with an error instead of a stream, code 429: quota of team blue is "
            "used up");
}

TEST_F(ResponseBodyTest, AnErrorInAStreamWithoutEventsIsFound) {
  const ResponseVerdict verdict = JudgeText({.status = 200, .content_type = "text/event-stream"},
                                            R"({"error":{"message":"no engine"}})");
  EXPECT_EQ(verdict.fault, ResponseFault::kErrorEvent);
  EXPECT_EQ(verdict.text, "error event: no engine");
}

TEST_F(ResponseBodyTest, WhatAnEventSaidIsWhyThereIsNoFinish) {
  const std::string told = std::string(kChunkEvent) + "data: Internal Server Error\n\n";
  const ResponseVerdict verdict =
      JudgeText({.status = 200, .content_type = "text/event-stream"}, told);
  EXPECT_EQ(verdict.fault, ResponseFault::kTruncated);
  EXPECT_THAT(verdict.text,
              HasSubstr("without a finish reason; the server sent: Internal Server Error"));
}

TEST_F(ResponseBodyTest, ACodingThatWasNotAskedForIsNamed) {
  const ResponseVerdict verdict = JudgeText(
      {.status = 200, .content_type = "text/event-stream", .content_encoding = "gzip"}, "\x1f\x8b");
  EXPECT_EQ(verdict.fault, ResponseFault::kUndecodable);
  EXPECT_THAT(verdict.text, HasSubstr("Content-Encoding gzip, though none was requested"));
  BeginStream();
  Begin({.status = 200, .content_type = "text/event-stream", .content_encoding = " identity"});
  ASSERT_TRUE(Feed(std::string(kFinishEvent) + std::string(kDoneEvent)).ok());
  EXPECT_TRUE(Judge().ok());
}

TEST_F(ResponseBodyTest, ARedirectSaysWhereto) {
  const ResponseVerdict verdict =
      JudgeText({.status = 307, .location = "https://me:pw@gpu-2/v1/x\x1b[31m"}, "moved");
  EXPECT_EQ(verdict.fault, ResponseFault::kHttpStatus);
  EXPECT_EQ(verdict.text,
            "HTTP status 307: redirect to https://gpu-2/v1/x [31m (redirects are not followed)");
}

TEST_F(ResponseBodyTest, BeginForgetsTheLastResponse) {
  JudgeText({.status = 307, .content_encoding = "br", .location = "x"}, "moved");
  BeginStream();
  ASSERT_TRUE(Feed(std::string(kFinishEvent) + std::string(kDoneEvent)).ok());
  EXPECT_TRUE(Judge().ok());
}

}  // namespace
}  // namespace specctl
