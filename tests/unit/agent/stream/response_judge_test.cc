#include "agent/stream/response_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A response that is whole and right; tests change what they are about.
ResponseFacts WholeResponse() {
  ResponseFacts facts;
  facts.url = "http://gpu-1:8000";
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
  const Ending ending = JudgeResponse(facts);
  EXPECT_EQ(ending.outcome, Outcome::kFailed);
  EXPECT_EQ(ending.failure, FailureKind::kTruncated);
  EXPECT_THAT(ending.error, HasSubstr("[DONE] but without a finish reason"));
}

TEST(ResponseJudgeTest, AnErrorEventAfterA200Fails) {
  ResponseFacts facts = WholeResponse();
  facts.has_error = true;
  facts.error = "engine is dead";
  facts.error_code = 500;
  const Ending ending = JudgeResponse(facts);
  EXPECT_EQ(ending.failure, FailureKind::kErrorEvent);
  EXPECT_EQ(ending.error, "http://gpu-1:8000: error event, code 500: engine is dead");
}

TEST(ResponseJudgeTest, StatusesNameTheServersMessage) {
  const Ending limited = JudgeResponse(Status(429, R"({"error":{"message":"slow down"}})"));
  EXPECT_EQ(limited.failure, FailureKind::kHttpStatus);
  EXPECT_EQ(limited.error, "http://gpu-1:8000: HTTP status 429: slow down");
  EXPECT_EQ(JudgeResponse(Status(401, R"({"error":"Unauthorized"})")).error,
            "http://gpu-1:8000: HTTP status 401: Unauthorized");
  EXPECT_EQ(JudgeResponse(Status(503, "")).error, "http://gpu-1:8000: HTTP status 503");
}

TEST(ResponseJudgeTest, ContextOverflowIsAKindOfItsOwn) {
  const Ending ending = JudgeResponse(
      Status(400, R"({"error":{"message":"This model's maximum context length is 2048 tokens. )"
                  R"(However, you requested 4000 tokens","type":"BadRequestError","code":400}})"));
  EXPECT_EQ(ending.failure, FailureKind::kContextOverflow);
  EXPECT_EQ(ending.outcome, Outcome::kFailed);
}

TEST(ResponseJudgeTest, AnAnswerThatIsNoStreamIsNamed) {
  const Ending ending = JudgeResponse(Status(200, R"({"choices":[]})"));
  EXPECT_EQ(ending.failure, FailureKind::kUndecodable);
  EXPECT_THAT(ending.error, HasSubstr("need a stream (text/event-stream), got application/json"));
}

TEST(ResponseJudgeTest, AnEndAfterFinishAndDoneIsNoFailure) {
  ResponseFacts facts = WholeResponse();
  facts.fault = absl::UnavailableError("closed before the end of the response");
  facts.connection_ended = true;
  EXPECT_TRUE(JudgeResponse(facts).ok());
  facts.done_seen = false;  // the usage may be missing
  EXPECT_EQ(JudgeResponse(facts).failure, FailureKind::kTruncated);
}

TEST(ResponseJudgeTest, AnEndBeforeAnyByteSaysSo) {
  ResponseFacts facts;
  facts.url = "http://gpu-1:8000";
  facts.fault = absl::UnavailableError("Connection reset by peer");
  facts.connection_ended = true;
  EXPECT_EQ(JudgeResponse(facts).error,
            "http://gpu-1:8000: connection ended before a response: Connection reset by peer");
}

TEST(ResponseJudgeTest, BytesThatMeanNothingAndEventsTooLong) {
  ResponseFacts facts = WholeResponse();
  facts.fault = absl::InvalidArgumentError("event: not JSON");
  EXPECT_EQ(JudgeResponse(facts).failure, FailureKind::kUndecodable)
      << "though finish reason and [DONE] came";
  facts.fault = absl::ResourceExhaustedError("an event is too long");
  EXPECT_EQ(JudgeResponse(facts).failure, FailureKind::kTooLong);
  EXPECT_THAT(JudgeResponse(facts).error, StartsWith("http://gpu-1:8000: an event"));
}

}  // namespace
}  // namespace specctl::agent
