#include "tools/sim/sglang_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

// Runs a request to its end; returns the time of its last step.
MonoTime RunRequest(BatchModel& model, SequenceSpec spec, MonoTime now = MonoTime()) {
  spec.acceptance = {1, 0.5, 0.25};
  spec.tokens_max = spec.output_tokens;
  model.AddSequence(std::move(spec), now);
  while (model.StepEnd()) {
    now = *model.StepEnd();
    model.Advance(now);
  }
  return now;
}

std::string MetricsOf(const SimulatedServer& server) {
  return SglangMetrics(server.model, server.batch, "tiny");
}

SimulatedServer SglangServer(uint32_t draft_length = 3) {
  return SimulatedServer({.engine = EngineKind::kSglang, .model = "tiny"}, draft_length);
}

// A value of a sample with the labels of the tokenizer manager or the scheduler.
double Value(const std::string& text, const std::string& name_and_labels) {
  const size_t at = text.find("\n" + name_and_labels);
  EXPECT_NE(at, std::string::npos) << name_and_labels;
  return at == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', at)));
}

constexpr const char* kDecode =
    R"(sglang:realtime_tokens_total{engine_type="unified",mode="decode")";
constexpr const char* kVerify = R"(sglang:spec_verify_calls_total{engine_type="unified")";

TEST(SglangMetricsTest, FamiliesTypesAndLabelsAreThoseRecorded) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  std::vector<std::string> recorded;
  for (const char* file :
       {"sim.metrics-0-fresh.txt", "sim.metrics-1-after-that-request.part.txt",
        "ngram.metrics-8-running.part.txt", "ngram.metrics-after-disconnect.part.txt"}) {
    for (std::string& family : FamiliesOf(RecordedText(std::string("sglang/") + file))) {
      recorded.push_back(std::move(family));
    }
  }
  // Read from the source of SGLang's collector: no scrape with them was kept.
  for (const char* name : {"time_to_first_token_seconds", "e2e_request_latency_seconds"}) {
    recorded.push_back(std::string("sglang:") + name +
                       "{engine_type,is_streaming,model_name} histogram");
  }
  SimulatedServer server = SglangServer();
  server.model.AddSequence(
      {.id = 7, .prompt_tokens = 5, .output_tokens = 99, .acceptance = {1, 1, 1}}, MonoTime());
  server.model.Advance(*server.model.StepEnd());
  server.model.RemoveSequence(7);
  RunRequest(server.model, {.prompt_tokens = 40, .output_tokens = 30});
  RunRequest(server.model, {.prompt_tokens = 40, .output_tokens = 30, .streamed = false});
  EXPECT_THAT(FamiliesOf(MetricsOf(server)), IsSubsetOf(recorded));
  EXPECT_THAT(FamiliesOf(MetricsOf(server)),
              Contains("sglang:spec_verify_calls_total{engine_type,model_name} counter"));
}

TEST(SglangMetricsTest, WhatIsCountedAtTheEndIsAbsentBefore) {
  const std::string fresh = MetricsOf(SglangServer());
  for (const char* name : {"spec_verify_calls_total", "generation_tokens_total",
                           "num_requests_total", "time_to_first_token_seconds"}) {
    EXPECT_THAT(fresh, Not(HasSubstr(name)));
  }
  EXPECT_THAT(fresh, HasSubstr("sglang:spec_accept_length{"));
}

TEST(SglangMetricsTest, DecodeTokensAndVerifyCallsGiveTheAcceptance) {
  SimulatedServer server = SglangServer();
  RunRequest(server.model, {.prompt_tokens = 10, .output_tokens = 200});
  const std::string text = MetricsOf(server);
  const EndedRequests truth = server.model.counters().Ended();
  EXPECT_EQ(Value(text, kVerify), truth.speculation.steps);
  EXPECT_EQ(Value(text, kDecode) - Value(text, kVerify), truth.speculation.accepted_tokens);
  EXPECT_GE(Value(text, kDecode), 199);
}

TEST(SglangMetricsTest, WhileARequestRunsOnlyProgressMoves) {
  SimulatedServer server = SglangServer();
  server.model.AddSequence({.prompt_tokens = 10, .output_tokens = 500, .acceptance = {1, 1, 1}},
                           MonoTime());
  for (int i = 0; i < 10; ++i) server.model.Advance(*server.model.StepEnd());
  const std::string text = MetricsOf(server);
  EXPECT_EQ(Value(text, kDecode), 36);
  EXPECT_THAT(text, Not(HasSubstr("spec_verify_calls_total")));
  EXPECT_THAT(text, HasSubstr("sglang:inter_token_latency_seconds_count"));
}

TEST(SglangMetricsTest, TheGaugeIsOfTheLatestIntervalOnly) {
  SimulatedServer server = SglangServer();
  const auto run = [&](std::vector<double> acceptance) {
    server.model.AddSequence(
        {.prompt_tokens = 5, .output_tokens = 400, .acceptance = std::move(acceptance)},
        MonoTime());
    while (server.model.StepEnd()) server.model.Advance(*server.model.StepEnd());
  };
  run({1, 1, 1});  // 100 passes
  run({0, 0, 0});  // 399 passes
  const std::string text = MetricsOf(server);
  EXPECT_EQ(Value(text, R"(sglang:spec_accept_length{)"), 1);
  EXPECT_EQ(Value(text, R"(sglang:spec_accept_rate{)"), 0);
}

TEST(SglangMetricsTest, WithoutSpeculationThereAreNoVerifyCalls) {
  SimulatedServer server = SglangServer(0);
  server.model.AddSequence({.prompt_tokens = 5, .output_tokens = 9}, MonoTime());
  while (server.model.StepEnd()) server.model.Advance(*server.model.StepEnd());
  const std::string text = MetricsOf(server);
  EXPECT_THAT(text, Not(HasSubstr("spec_verify_calls_total")));
  EXPECT_EQ(Value(text, kDecode), 8);
  EXPECT_EQ(Value(text, R"(sglang:spec_num_draft_tokens{)"), 0);
}

}  // namespace
}  // namespace specctl::sim
