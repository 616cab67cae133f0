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

TEST(ParseSpeculationTest, HistogramsOfDraftsOfEachLength) {
  const auto stats =
      ParseSpeculation(R"({"speculative_decoding":{"num_spec_steps":5,"num_draft_tokens":12,)"
                       R"("num_accepted_draft_tokens":7,"acceptance_histogram":[1,2,1,1],)"
                       R"("acceptance_histogram_by_draft_length":{"2":[0,2,1],"3":[1,0,0,1]}}})");
  ASSERT_TRUE(stats);
  EXPECT_THAT(stats->by_draft_length,
              ElementsAre(DraftsOfLength{2, {0, 2, 1}}, DraftsOfLength{3, {1, 0, 0, 1}}));
}

TEST(ParseSpeculationTest, SglangUnderTheNamesOfEachGeneration) {
  const SpeculationStats expected{.drafts = 15,
                                  .drafted_tokens = 45,
                                  .accepted_tokens = 24,
                                  .draft_length = 3,
                                  .acceptance_histogram = {6, 1, 1, 7},
                                  .steps = 15};
  for (const char* generation :
       {// up to 0.5.10.post1
        R"("spec_draft_token_num":45,"spec_accept_token_num":24,"spec_accept_histogram")",
        // 0.5.11
        R"("spec_proposed_drafts":45,"spec_accepted_drafts":24,"spec_accept_histogram")",
        // from 0.5.12 on, and with the old names beside them for a while
        R"("spec_num_proposed_drafts":45,"spec_num_correct_drafts":24,)"
        R"("spec_correct_drafts_histogram")",
        R"("spec_proposed_drafts":1,"spec_accepted_drafts":2,"spec_accept_histogram":[9],)"
        R"("spec_num_proposed_drafts":45,"spec_num_correct_drafts":24,)"
        R"("spec_correct_drafts_histogram")"}) {
    const std::string details = std::string(R"({"spec_accept_length":2.66,"spec_verify_ct":15,)") +
                                generation + ":[6,1,1,7]}";
    // As in meta_info, in sglext, and of several choices.
    EXPECT_EQ(ParseSpeculation(details), expected) << details;
    EXPECT_EQ(ParseSpeculation(R"({"spec_tokens_details":)" + details + "}"), expected);
    EXPECT_EQ(ParseSpeculation(R"({"spec_tokens_details":[)" + details + ",{}]}"), expected);
  }
}

TEST(ParseSpeculationTest, HowOftenAResponseWasRetracted) {
  const std::string sums =
      R"("spec_verify_ct":2,"spec_num_proposed_drafts":6,"spec_num_correct_drafts":4})";
  EXPECT_EQ(ParseSpeculation(R"({"num_retractions":1,)" + sums)->retractions, 1u);
  EXPECT_EQ(ParseSpeculation("{" + sums)->retractions, std::nullopt);
}

TEST(ParseSpeculationTest, DraftsOfSeveralLengthsHaveNone) {
  const auto stats = ParseSpeculation(
      R"({"spec_verify_ct":2,"spec_num_proposed_drafts":5,"spec_num_correct_drafts":4})");
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->draft_length, 0u);
}

// From the open pull request 19311; no recording exists.
TEST(ParseSpeculationTest, TensorRtLlmsChoice) {
  const auto stats = ParseSpeculation(
      R"({"acceptance_rate":0.5,"total_accepted_draft_tokens":30,"total_draft_tokens":60,)"
      R"("num_spec_steps":20,"acceptance_histogram":[8,0,6,6],"num_spec_tokens":3})");
  const SpeculationStats expected{.drafts = 20,
                                  .drafted_tokens = 60,
                                  .accepted_tokens = 30,
                                  .draft_length = 3,
                                  .acceptance_histogram = {8, 0, 6, 6}};
  EXPECT_EQ(stats, expected);
}

TEST(ParseSpeculationTest, AbsentOrMalformedIsNone) {
  for (const char* json :
       {"", "{}", "[", R"({"speculative_decoding":null})", R"({"speculative_decoding":{}})",
        R"({"speculative_decoding":{"num_spec_steps":-1}})",
        // Steps whose tokens are not told are no acceptance.
        R"({"speculative_decoding":{"num_spec_steps":1}})",
        R"({"speculative_decoding":{"num_spec_steps":1,"num_draft_tokens":3}})",
        R"({"spec_verify_ct":3,"spec_accept_length":2.5})", R"({"spec_tokens_details":[]})",
        R"({"spec_tokens_details":[null]})", R"({"spec_tokens_details":null})", "[1]", "7"}) {
    EXPECT_FALSE(ParseSpeculation(json)) << json;
  }
}

TEST(ParseSpeculationTest, ListWithANonCountIsDropped) {
  const auto stats =
      ParseSpeculation(R"({"speculative_decoding":{"num_spec_steps":1,"num_draft_tokens":3,)"
                       R"("num_accepted_draft_tokens":1,"per_step_accepted":[1,"x"]}})");
  ASSERT_TRUE(stats);
  EXPECT_THAT(stats->per_step_accepted, IsEmpty());
}

}  // namespace
}  // namespace specctl
