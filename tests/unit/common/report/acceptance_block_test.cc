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

TEST(AcceptanceBlockTest, ServersFilesSayWhatOfThemIsOfThisRun) {
  Results results = testing::FullResults();
  LoggedFigures& logged = results.logged.emplace();
  logged.folder = "/logs";
  EXPECT_THAT(AcceptanceBlock(results),
              ContainsRegex("server's files +nothing was written to /logs\n? +does the server run "
                            "with\n? *--export-metrics-to-file"));
  logged.responses = 12;
  logged.of_run = 10;
  logged.of_others = 2;
  EXPECT_THAT(AcceptanceBlock(results),
              ContainsRegex("server's files +10 responses of this run   2 of others\n"));
  logged.acceptance = AcceptanceFigures();
  logged.acceptance->per_draft = Estimate{.value = 2.5};
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("all responses: per draft 2.50"));
}

TEST(AcceptanceBlockTest, WithoutLengthsALowerBoundSaysWhatIsNotKnown) {
  Results results = testing::FullResults();
  results.headline.acceptance->lower_bound = true;
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("the longest steps were all cut off"));
  results.headline.acceptance->histogram.clear();
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("a lower bound: last steps were cut off"));
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

TEST(AcceptanceBlockTest, PerDraftByCategoryIsThereOnlyFromWhatTellsDrafts) {
  Results results = testing::FullResults();
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("the same, per draft")));
  results.slices[0].figures.acceptance->per_draft = Estimate{3.4, {}, {}};
  EXPECT_THAT(AcceptanceBlock(results),
              HasSubstr("  the same, per draft    low_entropy 3.40   mixed -   high_entropy -   "
                        "(from per-request statistics)\n"));
}

TEST(AcceptanceBlockTest, OfManyDifficultiesOrTurnsThoseOfMostRequestsStandThere) {
  Results results = testing::FullResults();
  results.slices = {testing::SampleSlice(Dimension::kTurn, "0", 2.7),
                    testing::SampleSlice(Dimension::kTurn, "1", 2.4),
                    testing::SampleSlice(Dimension::kDifficulty, "easy", 2.9),
                    testing::SampleSlice(Dimension::kDifficulty, "hard", 2.2)};
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("  by difficulty          easy 2.90   hard 2.20\n"
                                                  "  by turn                0 2.70   1 2.40\n"));
  for (int turn = 2; turn < 9; ++turn) {
    results.slices.push_back(testing::SampleSlice(Dimension::kTurn, std::to_string(turn), 2));
  }
  results.slices.back().conservation.sent += 1;
  EXPECT_THAT(AcceptanceBlock(results),
              HasSubstr("  by turn                8 2.00   0 2.70   1 2.40   2 2.00   3 2.00   "
                        "4 2.00   5 2.00   6 2.00\n"
                        "                         and 1 more in summary.json\n"));
}

TEST(AcceptanceBlockTest, SubCategoriesAndStagesStandThere) {
  Results results = testing::FullResults();
  results.slices = {testing::SampleSlice(Dimension::kStage, "warmup", 2.2),
                    testing::SampleSlice(Dimension::kStage, "hold", 2.5),
                    testing::SampleSlice(Dimension::kSubCategory, "de-en", 2.3),
                    testing::SampleSlice(Dimension::kSubCategory, "fr-en", 2.6)};
  EXPECT_THAT(AcceptanceBlock(results),
              HasSubstr("  by sub_category        de-en 2.30   fr-en 2.60\n"
                        "  by stage               warmup 2.20   hold 2.50\n"));
  // As fine as the categories are.
  for (const size_t i : {2, 3}) {
    results.slices.push_back(results.slices[i]);
    results.slices.back().by = Dimension::kCategory;
  }
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("by sub_category")));
}

}  // namespace
}  // namespace specctl
