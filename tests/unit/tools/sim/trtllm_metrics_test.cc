// From TensorRT-LLM's source: there is no recording of it.
#include "tools/sim/trtllm_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

void RunToTheEnd(BatchModel& model) {
  while (model.StepEnd()) model.Advance(*model.StepEnd());
}

double SampleOf(const std::string& text, const std::string& line_begin) {
  const size_t at = text.find("\n" + line_begin);
  EXPECT_NE(at, std::string::npos) << line_begin;
  return at == std::string::npos ? -1 : std::stod(text.substr(text.find("} ", at) + 2));
}

TEST(TrtllmMetricsTest, CountersAreTheTruth) {
  const FlavourOptions options{.engine = EngineKind::kTrtllm, .model = "tiny"};
  SimulatedServer server(options);
  for (uint64_t id = 0; id < 3; ++id) {
    server.model.AddSequence({.id = id,
                              .prompt_tokens = 9,
                              .output_tokens = 70,
                              .draws = Draws{id},
                              .acceptance = {0.8, 0.6, 0.4}},
                             MonoTime());
  }
  RunToTheEnd(server.model);
  TrtllmCollector collector(1);
  collector.Collect(server.model.iterations().TakeBefore(MonoTime::max()));
  const std::string text = TrtllmMetrics(
      collector, options, {.batch = server.batch, .model = server.model, .started = UnixTime()});
  const SpeculationCounts truth = server.model.counters().Ended().speculation;
  EXPECT_EQ(SampleOf(text, "trtllm_spec_decode_num_draft_tokens_total"), truth.draft_tokens);
  EXPECT_EQ(SampleOf(text, "trtllm_spec_decode_num_accepted_tokens_total"), truth.accepted_tokens);
  for (size_t i = 0; i < 3; ++i) {
    const std::string labels =
        R"({engine_type="trtllm",model_name="tiny",token_position=")" + std::to_string(i);
    EXPECT_EQ(SampleOf(text, "trtllm_spec_decode_drafted_tokens_total" + labels),
              truth.drafted_by_position[i]);
    EXPECT_EQ(SampleOf(text, "trtllm_spec_decode_accepted_tokens_total" + labels),
              truth.accepted_by_position[i]);
  }
  EXPECT_EQ(SampleOf(text, "trtllm_generation_tokens_total"), 210);
  EXPECT_THAT(
      FamiliesOf(text),
      Contains("trtllm_request_success_total{engine_type,finished_reason,model_name} counter"));
}

TEST(TrtllmMetricsTest, PositionsAppearWithTheFirstFinishedRequest) {
  const FlavourOptions options{.engine = EngineKind::kTrtllm};
  SimulatedServer server(options);
  server.model.AddSequence({.prompt_tokens = 9, .output_tokens = 70, .acceptance = {1, 1, 1}},
                           MonoTime());
  for (int i = 0; i < 5; ++i) server.model.Advance(*server.model.StepEnd());
  const std::string text =
      TrtllmMetrics(TrtllmCollector(1), options,
                    {.batch = server.batch, .model = server.model, .started = UnixTime()});
  EXPECT_THAT(text, Not(HasSubstr("token_position")));
  EXPECT_THAT(text, Not(HasSubstr("generation_tokens_total")));
}

TEST(TrtllmMetricsTest, EachRankHasACopy) {
  const Iteration iteration{.number = 7,
                            .decoding = 2,
                            .tokens = 5,
                            .drafts = 2,
                            .draft_tokens = 6,
                            .accepted_tokens = 3};
  TrtllmCollector collector(4);
  collector.Collect({iteration});
  EXPECT_EQ(collector.draft_tokens(), 24u);
  EXPECT_EQ(collector.accepted_tokens(), 12u);
  const std::string body = TrtllmIterations({iteration}, 2, {});
  EXPECT_THAT(body, HasSubstr(R"("attentionDpRank":0},{"iter":7,)"));
  EXPECT_THAT(body, HasSubstr(R"("attentionDpRank":1}])"));
  EXPECT_THAT(body, HasSubstr(R"("specDecodingStats":{"numDraftTokens":6,"numAcceptedTokens":3,)"
                              R"("numRequestsWithDraftTokens":2,"acceptanceLength":2.5,)"));
}

}  // namespace
}  // namespace specctl::sim
