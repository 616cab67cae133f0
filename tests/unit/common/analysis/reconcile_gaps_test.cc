#include "common/analysis/reconcile_gaps.h"

#include <cmath>

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Row = ReconciledRow;
using Source = ReconciledSource;

TEST(ReconcileGapsTest, NothingLackingAllowsNothing) {
  const Allowance allowed =
      CountGaps{}.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters);
  EXPECT_EQ(allowed.less, 0);
  EXPECT_EQ(allowed.more, 0);
  EXPECT_THAT(allowed.why_less, IsEmpty());
}

TEST(ReconcileGapsTest, ADraftTokenBoundIsThatOfTheDraftLength) {
  CountGaps gaps;
  gaps.draft_length = 3;
  gaps.statistics = {.not_ok = 1, .ok = 2, .tokens = 100};
  EXPECT_EQ(gaps.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters).less, 100);
  const Allowance drafted =
      gaps.AllowanceOf(Row::kDraftedTokens, Source::kPerRequest, Source::kCounters);
  EXPECT_EQ(drafted.less, 300);
  EXPECT_THAT(drafted.why_less,
              ElementsAre("1 requests did not end ok", "2 ok requests have no statistics"));
  // What the other side lacks lets this one be more.
  EXPECT_EQ(gaps.AllowanceOf(Row::kSteps, Source::kChunks, Source::kPerRequest).more, 100);
}

TEST(ReconcileGapsTest, OthersTrafficHasNoBoundAndOneDirection) {
  CountGaps gaps;
  gaps.other_traffic = true;
  const Allowance allowed = gaps.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters);
  EXPECT_TRUE(std::isinf(allowed.less));
  EXPECT_EQ(allowed.more, 0);
  // Between two sources of our own requests it explains nothing.
  EXPECT_EQ(gaps.AllowanceOf(Row::kSteps, Source::kChunks, Source::kPerRequest).less, 0);
}

TEST(ReconcileGapsTest, MergedStepsMakeChunksFewerNeverMore) {
  CountGaps gaps;
  gaps.merged = true;
  const Allowance allowed = gaps.AllowanceOf(Row::kSteps, Source::kChunks, Source::kCounters);
  EXPECT_TRUE(std::isinf(allowed.less));
  EXPECT_EQ(allowed.more, 0);
}

// SGLang sends no chunk for an end of sequence that comes alone.
TEST(ReconcileGapsTest, TokensBehindTheLastChunksAreInNoChunk) {
  CountGaps gaps;
  gaps.tail_tokens = 2;
  for (const Source against : {Source::kCounters, Source::kPerRequest}) {
    const Allowance allowed = gaps.AllowanceOf(Row::kTokens, Source::kChunks, against);
    EXPECT_EQ(allowed.less, 2);
    EXPECT_EQ(allowed.more, 0);
    EXPECT_THAT(allowed.why_less, ElementsAre("2 tokens behind the last chunks of responses"));
  }
  EXPECT_EQ(gaps.AllowanceOf(Row::kTokens, Source::kPerRequest, Source::kCounters).less, 0);
  EXPECT_EQ(gaps.AllowanceOf(Row::kSteps, Source::kChunks, Source::kCounters).less, 0);
}

TEST(ReconcileGapsTest, StopStringsConcernTokensAlone) {
  CountGaps gaps;
  gaps.stop_strings = true;
  EXPECT_THAT(gaps.AllowanceOf(Row::kTokens, Source::kPerRequest, Source::kCounters).why_less,
              ElementsAre("stop strings"));
  EXPECT_THAT(gaps.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters).why_less,
              IsEmpty());
}

// What one did before its first scrape, or after its last, is in no counter.
TEST(ReconcileGapsTest, ReplicasThatCameOrWentLetCountersBeLessNeverMore) {
  CountGaps gaps;
  gaps.replicas_changed = true;
  const Allowance allowed = gaps.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters);
  EXPECT_TRUE(std::isinf(allowed.more));
  EXPECT_EQ(allowed.less, 0);
  EXPECT_THAT(allowed.why_more, ElementsAre("replicas came or went"));
  EXPECT_EQ(gaps.AllowanceOf(Row::kSteps, Source::kChunks, Source::kPerRequest).more, 0);
}

TEST(ReconcileGapsTest, AStepAfterTheEndConcernsAcceptedTokensAlone) {
  CountGaps gaps;
  gaps.late_step_tokens = 40;
  EXPECT_EQ(gaps.AllowanceOf(Row::kAcceptedTokens, Source::kPerRequest, Source::kCounters).less,
            40);
  EXPECT_EQ(gaps.AllowanceOf(Row::kDrafts, Source::kPerRequest, Source::kCounters).less, 0);
}

}  // namespace
}  // namespace specctl
