#include "tools/sim/sglang_spec.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

// A request of 10 tokens in 3 verifications that accepted 3, 0 and 3 drafts, the last cut.
ReplyState Finished() {
  ReplyState state;
  state.ids.resize(9);
  state.decode_steps = 3;
  state.drafted_steps = {.drafted = {3, 3, 3}, .accepted = {3, 0, 3}};
  return state;
}

std::string Members(SglangNames names, bool server_details) {
  JsonWriter json;
  json.BeginObject();
  WriteSpecMembers(SpecCountsOf(Finished(), 3), names, server_details, json);
  json.EndObject();
  return std::move(json).Take();
}

TEST(SglangSpecTest, CountsFollowTheRulesOfTheRecordings) {
  const SglangSpecCounts counts = SpecCountsOf(Finished(), 3);
  EXPECT_EQ(counts.verify_calls, 3u);
  EXPECT_EQ(counts.proposed, 9u);
  EXPECT_EQ(counts.accepted, 6u);
  EXPECT_EQ(counts.histogram, (std::vector<uint64_t>{1, 0, 0, 2}));
  // 1 + steps + accepted - tokens: those cut off.
  EXPECT_EQ(1 + counts.verify_calls + counts.accepted - counts.completion_tokens, 1u);
}

TEST(SglangSpecTest, EachGenerationHasItsNames) {
  EXPECT_EQ(Members(SglangNames::kUntil0510, false),
            R"({"spec_accept_rate":0.6666666666666666,"spec_accept_length":3.0,)"
            R"("spec_accept_token_num":6,"spec_draft_token_num":9,"spec_verify_ct":3,)"
            R"("spec_accept_histogram":[1,0,0,2]})");
  EXPECT_EQ(Members(SglangNames::k0511, false),
            R"({"spec_accept_rate":0.6666666666666666,"spec_accept_length":3.0,)"
            R"("spec_accepted_drafts":6,"spec_proposed_drafts":9,"spec_verify_ct":3,)"
            R"("spec_accept_histogram":[1,0,0,2]})");
  EXPECT_EQ(Members(SglangNames::kSince0512, true),
            R"({"spec_accept_rate":0.6666666666666666,"spec_accept_length":3.0,)"
            R"("spec_cap_length":0.0,"spec_block_accept_length":0.0,"spec_num_correct_drafts":6,)"
            R"("spec_num_proposed_drafts":9,"spec_verify_ct":3,)"
            R"("spec_correct_drafts_histogram":[1,0,0,2],"spec_cap_lens_histogram":[]})");
}

TEST(SglangSpecTest, WithoutSpeculationThereIsNothingToCount) {
  EXPECT_EQ(SpecCountsOf(Finished(), 0).verify_calls, 0u);
}

}  // namespace
}  // namespace specctl::sim
