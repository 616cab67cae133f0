#include "common/report/acceptance_block.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AcceptanceBlockTest, TheSourceStandsBesideTheFigure) {
  EXPECT_THAT(
      AcceptanceBlock(testing::FullResults()),
      ContainsRegex("per step, uncut, from per-request statistics\n? +99.8 % of requests\n"));
}

TEST(AcceptanceBlockTest, ChunkDerivedAcceptanceSaysHowMuchWasMerged) {
  Results results = testing::FullResults();
  results.acceptance_from_chunks.reset();
  results.headline.acceptance->source = AcceptanceSource::kChunks;
  results.headline.acceptance->source_share = 1;
  results.headline.acceptance->approximate = true;
  EXPECT_THAT(AcceptanceBlock(results),
              ContainsRegex("per step, uncut, from chunks\n? *approximate: "
                            "share of merged steps unknown\n"));
  results.headline.acceptance->merged_share = 0.034;
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("approximate: 3.4 % of steps merged\n"));
}

TEST(AcceptanceBlockTest, TheAcceptRateStandsAloneWhereDraftsAreNotCounted) {
  Results results = testing::FullResults();
  results.headline.acceptance->source = AcceptanceSource::kTimings;
  results.headline.acceptance->per_draft.reset();
  const std::string block = AcceptanceBlock(results);
  EXPECT_THAT(block, HasSubstr("per step, uncut, from the server's timings"));
  EXPECT_THAT(block,
              ContainsRegex("  accept rate +0\\.58 .*it is not known which steps had a draft"));
  EXPECT_THAT(block, Not(HasSubstr("\n  per draft ")));
}

TEST(AcceptanceBlockTest, LikeIsComparedWithLikeByTheServersCounters) {
  Results results = testing::FullResults();
  // 1 + 957,266 / 607,800; (1,566,204 - 1,536) / 607,800; 1 + 957,266 / 553,333.
  EXPECT_THAT(AcceptanceBlock(results),
              ContainsRegex("  servers' counters +2\\.57 +per step, uncut, whole run   delivered "
                            "2.57\n? +per draft 2.73   accept rate 0.58\n"));
  results.acceptance_of_counters.reset();
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("servers' counters")));
}

TEST(AcceptanceBlockTest, WhereNothingSpeculatesThereIsNoTable) {
  Results results = testing::FullResults();
  results.headline.acceptance.reset();
  results.acceptance_of_counters.reset();
  results.acceptance_from_chunks.reset();
  results.acceptance_sources[0].speculates = false;
  results.slices.clear();
  EXPECT_EQ(AcceptanceBlock(results), "");
}

TEST(AcceptanceBlockTest, WhatIsNotCoveredIsSaid) {
  Results results = testing::FullResults();
  results.acceptance_sources.push_back({.target = 1, .why_none = "its responses hide them"});
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("1 of 2 targets   99.8 % of requests"));
  results.headline.acceptance.reset();
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("its responses hide them"));
}

TEST(AcceptanceBlockTest, SlicesByAHeaderAreThoseOfMostRequests) {
  Results results = testing::FullResults();
  results.headline.acceptance.reset();
  results.slices.clear();
  for (uint64_t i = 0; i < 9; ++i) {
    results.slices.push_back(
        testing::SampleSlice(Dimension::kHeader, "pod-" + std::to_string(i), i + 1));
    results.slices.back().conservation.sent = i + 1;
  }
  const std::string block = AcceptanceBlock(results);
  EXPECT_THAT(block, HasSubstr("user TPS p50 by header   pod-8 43.1   pod-7 43.1"));
  EXPECT_THAT(block, HasSubstr("and 1 more in summary.json\n"));
  EXPECT_THAT(block, Not(HasSubstr("pod-0")));
}

TEST(AcceptanceBlockTest, WithoutStepsTheSlicesShowUserTps) {
  Results results = testing::FullResults();
  results.headline.acceptance.reset();
  results.slices = {testing::SampleSlice(Dimension::kCategory, "coding", 3),
                    testing::SampleSlice(Dimension::kCategory, "", 2)};
  const std::string block = AcceptanceBlock(results);
  EXPECT_THAT(block, ContainsRegex("acceptance length +- +no response reported its steps\n"));
  EXPECT_THAT(block, HasSubstr("user TPS p50 by category coding 43.1   (none) 43.1\n"));
}

TEST(AcceptanceBlockTest, ASingleSliceIsTheWholeAndIsLeftOut) {
  Results results = testing::FullResults();
  results.slices.resize(1);
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("by tier")));
}

TEST(AcceptanceBlockTest, TiersThatAreTheCategoriesStandThereOnce) {
  Results results = testing::FullResults();
  const size_t tiers = results.slices.size();
  for (size_t i = 0; i < tiers; ++i) {
    results.slices.push_back(results.slices[i]);
    results.slices.back().by = Dimension::kCategory;
  }
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("  by tier "));
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("by category")));
  results.slices.back().conservation.sent -= 1;
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("  by category "));
}

}  // namespace
}  // namespace specctl
