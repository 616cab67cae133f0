#include "tools/sim/llamacpp_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorded_reply.h"

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const SimulatedServer& server) {
  return LlamacppMetrics(server.model.counters(), server.model.gauges());
}

void AddLlamaRequest(SimulatedServer& server, uint64_t tokens) {
  server.model.AddSequence({.prompt_tokens = 10,
                            .output_tokens = tokens,
                            .tokens_max = tokens,
                            .acceptance = {1, 1, 1, 1}},
                           MonoTime());
}

TEST(LlamacppMetricsTest, FamiliesTypesAndLabelsAreThoseRecorded) {
  if (!RecordingsAreHere()) GTEST_SKIP() << "no ../shared/data/engines";
  SimulatedServer server({.engine = EngineKind::kLlamacpp}, 4);
  EXPECT_EQ(FamiliesOf(TextOf(server)),
            FamiliesOf(RecordedText("llamacpp/draft.metrics-0-fresh.txt")));
  AddLlamaRequest(server, 40);
  while (server.model.StepEnd()) server.model.Advance(*server.model.StepEnd());
  EXPECT_EQ(FamiliesOf(TextOf(server)),
            FamiliesOf(RecordedText("llamacpp/draft.metrics-1-after-that-request.txt")));
}

TEST(LlamacppMetricsTest, DraftsAreCutToWhatMayStillCome) {
  SimulatedServer server({.engine = EngineKind::kLlamacpp}, 4);
  AddLlamaRequest(server, 8);  // 1, then 5, then a draft of 1
  while (server.model.StepEnd()) server.model.Advance(*server.model.StepEnd());
  const std::string text = TextOf(server);
  EXPECT_THAT(text, HasSubstr("llamacpp:spec_decode_num_draft_tokens_total 5\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:spec_decode_num_accepted_tokens_total 5\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:spec_decode_num_drafts_total 2\n"));
  EXPECT_THAT(text, HasSubstr("per_pos_total{position=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("per_pos_total{position=\"3\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:n_decode_total 3\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:tokens_predicted_total 8\n"));
}

TEST(LlamacppMetricsTest, DuringARequestOnlyStepsMove) {
  SimulatedServer server({.engine = EngineKind::kLlamacpp}, 4);
  AddLlamaRequest(server, 500);
  for (int i = 0; i < 7; ++i) server.model.Advance(*server.model.StepEnd());
  const std::string text = TextOf(server);
  EXPECT_THAT(text, HasSubstr("llamacpp:n_decode_total 7\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:requests_processing 1\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:tokens_predicted_total 0\n"));
  EXPECT_THAT(text, HasSubstr("llamacpp:spec_decode_num_drafts_total 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("per_pos")));
}

}  // namespace
}  // namespace specctl::sim
