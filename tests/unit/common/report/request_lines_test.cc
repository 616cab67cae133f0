#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::boost::json::parse;

EndedRequest SampleRequest() {
  EndedRequest request;
  request.cycle = 1;
  SettledRequest& settled = request.settled;
  settled.position = 1601;
  settled.turn = 2;
  settled.agent = 3;
  settled.target = 1;
  settled.stage = Stage::kHold;
  settled.begin_ns = 1'000'000'000;
  settled.start_ns = 1'000'000'500;
  settled.first_token_ns = 1'200'000'000;
  settled.last_token_ns = 2'000'000'000;
  settled.end_ns = 2'000'100'000;
  settled.connect_ns = 1'250'000;
  request.steps[static_cast<size_t>(StepSource::kChunks)] = RequestSteps{.steps = 40};
  request.finish.outcome = Outcome::kOk;
  request.finish.response_id = "chatcmpl-1";
  request.finish.finish_reason = "stop";
  request.finish.input_tokens = 1024;
  request.finish.output_tokens = 100;
  request.finish.chunks = 41;
  request.finish.output_hash = 0x00ffee;
  request.finish.http_status = 200;
  request.finish.output_text = "a\nb";
  return request;
}

PlannedRow SamplePlanned() {
  PlannedRow planned;
  planned.question_id = "81";
  planned.category = "coding";
  planned.tier = "mixed";
  planned.turns = 3;
  return planned;
}

TEST(RequestLinesTest, ARowHasTheDocumentedFields) {
  const PlannedRow planned = SamplePlanned();
  const std::string line = RequestLine(SampleRequest(), &planned, testing::SampleSpec());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const object row = parse(line).as_object();
  EXPECT_EQ(row.at("request_id").as_string(), "1601.2");
  EXPECT_EQ(row.at("question_id").as_string(), "81");
  EXPECT_EQ(row.at("tier").as_string(), "mixed");
  EXPECT_EQ(row.at("cycle").as_int64(), 1);
  EXPECT_EQ(row.at("target").as_string(), "http://vllm-1:8000");
  EXPECT_EQ(row.at("model").as_string(), "Llama-3.1-8B");
  EXPECT_EQ(row.at("start_ns").as_int64(), 1'000'000'500);
  EXPECT_EQ(row.at("connect_ms").as_double(), 1.25);
  EXPECT_EQ(row.at("output_tokens").as_int64(), 100);
  EXPECT_EQ(row.at("output_hash").as_string(), "000000000000ffee");
  EXPECT_EQ(row.at("acceptance_source").as_string(), "chunks");
  EXPECT_EQ(row.at("outcome").as_string(), "ok");
  EXPECT_EQ(row.at("dataset").as_string(), "speed_bench_throughput_1k");
}

TEST(RequestLinesTest, TheHeaderThatSlicesIsThere) {
  EndedRequest request = SampleRequest();
  const auto row = [&] {
    return parse(RequestLine(request, nullptr, testing::SampleSpec())).as_object();
  };
  EXPECT_FALSE(row().contains("header"));
  request.finish.header_value = "pod-7";
  EXPECT_EQ(row().at("header").as_string(), "pod-7");
}

TEST(RequestLinesTest, WhatIsUnknownIsAbsent) {
  EndedRequest bare;
  bare.finish.outcome = Outcome::kLost;
  bare.finish.failure = FailureKind::kAgentLost;
  bare.finish.error = "agent 3 was lost";
  const object row = parse(RequestLine(bare, nullptr, testing::SampleSpec())).as_object();
  for (const char* key :
       {"response_id", "question_id", "category", "tier", "start_ns", "first_token_ns", "end_ns",
        "connect_ms", "input_tokens", "output_tokens", "steps", "drafts", "acceptance_source",
        "output_hash", "finish_reason", "http_status"}) {
    EXPECT_FALSE(row.contains(key)) << key;
  }
  EXPECT_EQ(row.at("outcome").as_string(), "lost");
  EXPECT_EQ(row.at("failure").as_string(), "agent_lost");
  EXPECT_EQ(row.at("error").as_string(), "agent 3 was lost");
}

TEST(RequestLinesTest, WithoutTheServersTotalTheFoldsStands) {
  EndedRequest cut = SampleRequest();
  cut.finish.output_tokens.reset();
  cut.tokens.total = 37;
  const object row = parse(RequestLine(cut, nullptr, testing::SampleSpec())).as_object();
  EXPECT_EQ(row.at("output_tokens").as_int64(), 37);
}

TEST(RequestLinesTest, ATargetThatTheSpecDoesNotKnowIsItsNumber) {
  EndedRequest odd = SampleRequest();
  odd.settled.target = 9;
  const object row = parse(RequestLine(odd, nullptr, testing::SampleSpec())).as_object();
  EXPECT_EQ(row.at("target").as_string(), "target 9");
}

TEST(RequestLinesTest, RepliesAreWrittenWithTheirRequest) {
  const PlannedRow planned = SamplePlanned();
  const std::string line = OutputLine(SampleRequest(), &planned);
  EXPECT_EQ(line, R"({"request_id":"1601.2","response_id":"chatcmpl-1","question_id":"81",)"
                  R"("category":"coding","tier":"mixed","outcome":"ok","text":"a\nb"})");
}

}  // namespace
}  // namespace specctl
