#include "common/report/acceptance_block.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AcceptanceBlockTest, TheSourceStandsBesideTheFigure) {
  EXPECT_THAT(AcceptanceBlock(testing::FullResults()),
              HasSubstr("per step, from per-request statistics, 99.8 % of requests\n"));
}

TEST(AcceptanceBlockTest, ChunkDerivedAcceptanceSaysHowMuchWasMerged) {
  Results results = testing::FullResults();
  results.acceptance_from_chunks.reset();
  results.acceptance->source = AcceptanceSource::kChunks;
  results.acceptance->source_share = 1;
  results.acceptance->approximate = true;
  EXPECT_THAT(AcceptanceBlock(results), ContainsRegex("per step, from chunks\n? *approximate: "
                                                      "share of merged steps unknown\n"));
  results.acceptance->merged_share = 0.034;
  EXPECT_THAT(AcceptanceBlock(results), HasSubstr("approximate: 3.4 % of steps merged\n"));
}

TEST(AcceptanceBlockTest, TheAcceptRateStandsAloneWhereDraftsAreNotCounted) {
  Results results = testing::FullResults();
  results.acceptance->source = AcceptanceSource::kTimings;
  results.acceptance->per_draft.reset();
  const std::string block = AcceptanceBlock(results);
  EXPECT_THAT(block, HasSubstr("per step, from the server's timings"));
  EXPECT_THAT(block, ContainsRegex("  accept rate +0\\.58 .*which steps had a draft is not known"));
  EXPECT_THAT(block, Not(HasSubstr("  per draft ")));
}

TEST(AcceptanceBlockTest, ServersCountersArePerDraft) {
  Results results = testing::FullResults();
  EXPECT_THAT(
      AcceptanceBlock(results),
      ContainsRegex("  servers' counters +2\\.73 +per draft, whole run   accept rate 0.58"));
  results.servers->drafts = 0;
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("servers' counters")));
}

TEST(AcceptanceBlockTest, WithoutStepsTheSlicesShowUserTps) {
  Results results = testing::FullResults();
  results.acceptance.reset();
  results.slices = {testing::SampleSlice("category", "coding", 3),
                    testing::SampleSlice("category", "", 2)};
  const std::string block = AcceptanceBlock(results);
  EXPECT_THAT(block, ContainsRegex("acceptance length +- +no response told its steps\n"));
  EXPECT_THAT(block, HasSubstr("user TPS p50 by category coding 43.1   (none) 43.1\n"));
}

TEST(AcceptanceBlockTest, ASingleSliceIsTheWholeAndIsLeftOut) {
  Results results = testing::FullResults();
  results.slices.resize(1);
  EXPECT_THAT(AcceptanceBlock(results), Not(HasSubstr("by tier")));
}

}  // namespace
}  // namespace specctl
