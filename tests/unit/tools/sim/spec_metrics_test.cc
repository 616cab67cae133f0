#include "tools/sim/spec_metrics.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

// The steps of draft_synthetic_greedy, recorded from vLLM 0.32.
DraftedSteps RecordedSteps() {
  return {.drafted = std::vector<uint32_t>(21, 3),
          .accepted = {0, 0, 3, 3, 3, 3, 1, 3, 3, 1, 0, 2, 2, 3, 3, 1, 0, 2, 3, 3, 3}};
}

TEST(SpecMetricsTest, DetailedIsAsRecorded) {
  EXPECT_EQ(
      SpecMetricsJson(RecordedSteps(), 3, SpecMetricsDetail::kDetailed),
      R"({"speculative_decoding":{"mean_acceptance_length":3.0,"draft_acceptance_rate":0.6666666666666666,)"
      R"("acceptance_histogram":[4,3,3,11],"num_spec_steps":21,"num_accepted_draft_tokens":42,)"
      R"("num_draft_tokens":63,"num_spec_tokens":3,)"
      R"("per_step_accepted":[0,0,3,3,3,3,1,3,3,1,0,2,2,3,3,1,0,2,3,3,3],)"
      R"("per_step_drafted":[3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3]}})");
}

TEST(SpecMetricsTest, SummaryHasNoLists) {
  const std::string json = SpecMetricsJson(RecordedSteps(), 3, SpecMetricsDetail::kSummary);
  EXPECT_EQ(json.find("per_step"), std::string::npos);
  EXPECT_NE(json.find("\"num_spec_tokens\":3}}"), std::string::npos);
}

TEST(SpecMetricsTest, WithoutADraftedStepTheListsAreAbsentAndTheLengthIsOne) {
  EXPECT_EQ(SpecMetricsJson({}, 3, SpecMetricsDetail::kDetailed),
            R"({"speculative_decoding":{"mean_acceptance_length":1.0,"draft_acceptance_rate":0.0,)"
            R"("acceptance_histogram":[0,0,0,0],"num_spec_steps":0,"num_accepted_draft_tokens":0,)"
            R"("num_draft_tokens":0,"num_spec_tokens":3}})");
}

TEST(SpecMetricsTest, NothingIsSaidUnaskedOrWithoutSpeculation) {
  EXPECT_EQ(SpecMetricsJson(RecordedSteps(), 3, SpecMetricsDetail::kNone), "");
  EXPECT_EQ(SpecMetricsJson({}, 0, SpecMetricsDetail::kDetailed), "");
}

}  // namespace
}  // namespace specctl::sim
