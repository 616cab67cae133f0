#include "common/engine/speculation_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseSpeculationTest, DetailedStatistics) {
  const auto stats = ParseSpeculation(
      R"({"mean_itl_ms":2.3,"speculative_decoding":{"mean_acceptance_length":2.5,)"
      R"("acceptance_histogram":[0,1,1],"num_spec_steps":2,"num_accepted_draft_tokens":3,)"
      R"("num_draft_tokens":5,"num_spec_tokens":3,"per_step_accepted":[2,1],)"
      R"("per_step_drafted":[2,3]}})");
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->drafts, 2u);
  EXPECT_EQ(stats->drafted_tokens, 5u);
  EXPECT_EQ(stats->accepted_tokens, 3u);
  EXPECT_EQ(stats->draft_length, 3u);
  EXPECT_THAT(stats->acceptance_histogram, ElementsAre(0, 1, 1));
  EXPECT_THAT(stats->per_step_accepted, ElementsAre(2, 1));
  EXPECT_THAT(stats->per_step_drafted, ElementsAre(2, 3));
}

TEST(ParseSpeculationTest, SummaryHasNoLists) {
  const auto stats =
      ParseSpeculation(R"({"speculative_decoding":{"num_spec_steps":0,"per_step_accepted":null}})");
  ASSERT_TRUE(stats);
  EXPECT_EQ(*stats, SpeculationStats{});
}

TEST(ParseSpeculationTest, AbsentOrMalformedIsNone) {
  for (const char* json :
       {"", "{}", "[", R"({"speculative_decoding":null})", R"({"speculative_decoding":{}})",
        R"({"speculative_decoding":{"num_spec_steps":-1}})"}) {
    EXPECT_FALSE(ParseSpeculation(json)) << json;
  }
}

TEST(ParseSpeculationTest, ListWithANonCountIsDropped) {
  const auto stats = ParseSpeculation(
      R"({"speculative_decoding":{"num_spec_steps":1,"per_step_accepted":[1,"x"]}})");
  ASSERT_TRUE(stats);
  EXPECT_THAT(stats->per_step_accepted, IsEmpty());
}

}  // namespace
}  // namespace specctl
