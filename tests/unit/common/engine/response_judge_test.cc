#include "common/engine/response_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A response that is whole and right; tests change what they are about.
ResponseFacts WholeResponse() {
  ResponseFacts facts;
  facts.head_done = true;
  facts.http_status = 200;
  facts.is_stream = true;
  facts.content_type = "text/event-stream";
  facts.done_seen = true;
  facts.finish_reason = "stop";
  return facts;
}

ResponseFacts Status(uint32_t status, std::string_view body) {
  ResponseFacts facts = WholeResponse();
  facts.http_status = status;
  facts.is_stream = false;
  facts.content_type = "application/json";
  facts.plain_body = body;
  facts.done_seen = false;
  facts.finish_reason = {};
  return facts;
}

TEST(ResponseJudgeTest, AFinishReasonAndTheLastHttpChunkAreOk) {
  EXPECT_TRUE(JudgeResponse(WholeResponse()).ok());
  ResponseFacts without_done = WholeResponse();
  without_done.done_seen = false;  // llama.cpp's native route never sends it
  EXPECT_TRUE(JudgeResponse(without_done).ok());
}

TEST(ResponseJudgeTest, DoneWithoutAFinishReasonIsNotSuccess) {
  ResponseFacts facts = WholeResponse();
  facts.finish_reason = {};
  const ResponseVerdict ending = JudgeResponse(facts);
  EXPECT_EQ(ending.fault, ResponseFault::kTruncated);
  EXPECT_THAT(ending.text, HasSubstr("[DONE] but without a finish reason"));
}

TEST(ResponseJudgeTest, AnErrorEventAfterA200Fails) {
  ResponseFacts facts = WholeResponse();
  facts.has_error = true;
  facts.error = "engine is dead";
  facts.error_code = 500;
  const ResponseVerdict ending = JudgeResponse(facts);
  EXPECT_EQ(ending.fault, ResponseFault::kErrorEvent);
  EXPECT_EQ(ending.text, "error event, code 500: engine is dead");
}

TEST(ResponseJudgeTest, StatusesNameTheServersMessage) {
  const ResponseVerdict limited =
      JudgeResponse(Status(429, R"({"error":{"message":"slow down"}})"));
  EXPECT_EQ(limited.fault, ResponseFault::kHttpStatus);
  EXPECT_EQ(limited.text, "HTTP status 429: slow down");
  EXPECT_EQ(JudgeResponse(Status(401, R"({"error":"Unauthorized"})")).text,
            "HTTP status 401: Unauthorized");
  EXPECT_EQ(JudgeResponse(Status(503, "")).text, "HTTP status 503");
}

TEST(ResponseJudgeTest, ContextOverflowIsAKindOfItsOwn) {
  const ResponseVerdict ending = JudgeResponse(
      Status(400, R"({"error":{"message":"This model's maximum context length is 2048 tokens. )"
                  R"(However, you requested 4000 tokens","type":"BadRequestError","code":400}})"));
  EXPECT_EQ(ending.fault, ResponseFault::kContextOverflow);
}

TEST(ResponseJudgeTest, AnAnswerThatIsNoStreamIsNamed) {
  const ResponseVerdict ending = JudgeResponse(Status(200, R"({"choices":[]})"));
  EXPECT_EQ(ending.fault, ResponseFault::kUndecodable);
  EXPECT_THAT(ending.text, HasSubstr("need a stream (text/event-stream), got application/json"));
}

TEST(ResponseJudgeTest, AnEndAfterFinishAndDoneIsNoFailure) {
  ResponseFacts facts = WholeResponse();
  facts.fault = absl::UnavailableError("closed before the end of the response");
  facts.connection_ended = true;
  EXPECT_TRUE(JudgeResponse(facts).ok());
  facts.done_seen = false;  // the usage may be missing
  EXPECT_EQ(JudgeResponse(facts).fault, ResponseFault::kTruncated);
}

TEST(ResponseJudgeTest, AnEndBeforeAnyByteSaysSo) {
  ResponseFacts facts;
  facts.fault = absl::UnavailableError("Connection reset by peer");
  facts.connection_ended = true;
  EXPECT_EQ(JudgeResponse(facts).text,
            "connection ended before a response: Connection reset by peer");
}

TEST(ResponseJudgeTest, BytesThatMeanNothingAndEventsTooLong) {
  ResponseFacts facts = WholeResponse();
  facts.fault = absl::InvalidArgumentError("event: not JSON");
  EXPECT_TRUE(JudgeResponse(facts).ok()) << "finish reason and [DONE] had come";
  facts.done_seen = false;
  EXPECT_EQ(JudgeResponse(facts).fault, ResponseFault::kUndecodable);
  facts.fault = absl::ResourceExhaustedError("an event is too long");
  EXPECT_EQ(JudgeResponse(facts).fault, ResponseFault::kTooLong);
  EXPECT_THAT(JudgeResponse(facts).text, StartsWith("an event"));
}

}  // namespace
}  // namespace specctl
