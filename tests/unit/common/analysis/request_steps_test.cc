#include "common/analysis/request_steps.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using Lengths = std::vector<uint64_t>;

TEST(StepsOfChunksTest, LeavesOutTheTruncatedLast) {
  StepHistogram chunks;
  for (const uint64_t tokens : {3, 1, 3, 2}) chunks.Add(tokens);
  const RequestSteps steps = StepsOfChunks(chunks, 2);
  EXPECT_EQ(steps.lengths.lengths, (Lengths{1, 0, 2}));
  EXPECT_EQ(steps.drafts, 0u);
}

// Draft length 3: 1 (prompt) + 4 + 2 + 1 + 4, the last cut to 2 by max_tokens.
SpeculationStats FourDrafts() {
  return {.drafts = 4,
          .drafted_tokens = 12,
          .accepted_tokens = 7,
          .draft_length = 3,
          .acceptance_histogram = {1, 1, 0, 2}};
}

TEST(StepsOfStatsTest, EveryStepHadADraft) {
  const auto steps = StepsOfStats(FourDrafts(), {.total = 10, .last_chunk_tokens = 2});
  ASSERT_TRUE(steps.has_value());
  // Last accepted = 2 - 1 + cut of 2 = 3: a step of 4 leaves.
  EXPECT_EQ(steps->lengths.lengths, (Lengths{1, 1, 0, 1}));
  EXPECT_EQ(steps->drafts, 3u);
  EXPECT_EQ(steps->accepted, 4u);
  EXPECT_EQ(steps->drafted, 9u);
  EXPECT_EQ(StepsAfterPrompt(FourDrafts(), 10), 4u);
}

TEST(StepsOfStatsTest, WithoutALastChunkTheLastStepStaysIn) {
  const auto steps = StepsOfStats(FourDrafts(), {.total = 10, .last_chunk_tokens = std::nullopt});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.lengths, (Lengths{1, 1, 0, 2}));
  EXPECT_EQ(steps->drafts, 4u);
}

TEST(StepsOfStatsTest, ThePerStepListNamesTheLast) {
  SpeculationStats stats = FourDrafts();
  stats.per_step_accepted = {3, 1, 3, 0};
  stats.per_step_drafted = {3, 3, 3, 3};
  const auto steps = StepsOfStats(stats, {.total = 12, .last_chunk_tokens = std::nullopt});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.lengths, (Lengths{0, 1, 0, 2}));
  EXPECT_EQ(steps->accepted, 7u);
}

TEST(StepsOfStatsTest, StepsWithoutADraftExplainTheOtherTokens) {
  // 1 + 5 bare steps + 4 drafts of 11 tokens: 17 tokens; the last chunk has one: a bare step.
  const auto steps = StepsOfStats(FourDrafts(), {.total = 17, .last_chunk_tokens = 1});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(StepsAfterPrompt(FourDrafts(), 17), 9u);
  EXPECT_EQ(steps->lengths.lengths, (Lengths{1 + 5 - 1, 1, 0, 2}));
  EXPECT_EQ(steps->drafts, 4u);
}

TEST(StepsOfStatsTest, ALongLastChunkWasADraftDespiteBareSteps) {
  const auto steps = StepsOfStats(FourDrafts(), {.total = 17, .last_chunk_tokens = 4});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.lengths, (Lengths{1 + 5, 1, 0, 1}));
  EXPECT_EQ(steps->drafts, 3u);
}

TEST(StepsOfStatsTest, NoDraftAtAllIsAllBareSteps) {
  const auto steps = StepsOfStats({}, {.total = 6, .last_chunk_tokens = 1});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.lengths, (Lengths{4}));
}

TEST(StepsOfStatsTest, OneTokenIsNoStep) {
  const auto steps = StepsOfStats({}, {.total = 1, .last_chunk_tokens = std::nullopt});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.steps(), 0u);
}

TEST(StepsOfStatsTest, StatisticsThatContradictThemselvesAreNone) {
  SpeculationStats stats = FourDrafts();
  stats.acceptance_histogram = {1, 1, 0, 1};
  EXPECT_FALSE(StepsOfStats(stats, {.total = 10, .last_chunk_tokens = 2}).has_value());
  stats.acceptance_histogram.clear();
  EXPECT_FALSE(StepsOfStats(stats, {.total = 10, .last_chunk_tokens = 2}).has_value());
}

// 1 (prompt) + 4 + 1 (no draft) + 2 + 4, of drafts of 3.
TimingsStats ThreeTimedDrafts() {
  return {.drafted_tokens = 9,
          .accepted_tokens = 7,
          .steps = 4,
          .last_drafted = 3,
          .last_accepted = 3,
          .each_step_known = true,
          .acceptance_histogram = {0, 1, 0, 2}};
}

TEST(StepsOfTimingsTest, LeavesOutTheLast) {
  const RequestSteps steps = StepsOfTimings(ThreeTimedDrafts());
  EXPECT_EQ(steps.detail, StepDetail::kEach);
  EXPECT_EQ(steps.lengths.lengths, (Lengths{1, 1, 0, 1}));
  const StepSums sums = steps.Sums();
  EXPECT_EQ(sums.steps, 3u);
  EXPECT_EQ(sums.tokens, 7u);
  EXPECT_EQ(sums.drafts, 2u);
  EXPECT_EQ(sums.drafted, 6u);
  EXPECT_EQ(sums.accepted, 4u);
}

TEST(StepsOfTimingsTest, ALastStepWithoutADraftLeavesTheDrafts) {
  TimingsStats stats = ThreeTimedDrafts();
  stats.last_drafted = stats.last_accepted = 0;
  const RequestSteps steps = StepsOfTimings(stats);
  EXPECT_EQ(steps.lengths.lengths, (Lengths{0, 1, 0, 2}));
  EXPECT_EQ(steps.drafts, 3u);
  EXPECT_EQ(steps.accepted, 7u);
}

TEST(StepsOfTimingsTest, TheirNumberGivesTheirTokens) {
  TimingsStats stats = ThreeTimedDrafts();
  stats.each_step_known = false;
  stats.acceptance_histogram.clear();
  const RequestSteps steps = StepsOfTimings(stats);
  EXPECT_EQ(steps.detail, StepDetail::kCount);
  EXPECT_EQ(steps.lengths.steps(), 0u);
  EXPECT_EQ(steps.Sums().steps, 3u);
  EXPECT_EQ(steps.Sums().tokens, 7u);
  EXPECT_EQ(steps.Sums().accepted, 4u);
}

TEST(StepsOfTimingsTest, SumsAloneTellNoSteps) {
  const RequestSteps steps = StepsOfTimings({.drafted_tokens = 9, .accepted_tokens = 7});
  EXPECT_EQ(steps.detail, StepDetail::kDraftTokens);
  EXPECT_EQ(steps.Sums().steps, 0u);
  EXPECT_EQ(steps.Sums().tokens, 0u);
  EXPECT_EQ(steps.Sums().accepted, 7u);
}

TEST(StepsOfTimingsTest, ThePromptAloneIsNoStep) {
  const RequestSteps steps = StepsOfTimings({.steps = 0, .each_step_known = true});
  EXPECT_EQ(steps.detail, StepDetail::kEach);
  EXPECT_EQ(steps.Sums().steps, 0u);
}

TEST(StepsOfTimingsTest, WhatContradictsItselfIsLeftOut) {
  TimingsStats histogram = ThreeTimedDrafts();
  histogram.acceptance_histogram = {0, 1, 0, 1};
  EXPECT_EQ(StepsOfTimings(histogram).detail, StepDetail::kCount);
  TimingsStats too_few = ThreeTimedDrafts();
  too_few.steps = 2;
  EXPECT_EQ(StepsOfTimings(too_few).detail, StepDetail::kCount);
  for (const auto& [drafted, accepted] : {std::pair(10, 3), std::pair(3, 8), std::pair(3, 2)}) {
    TimingsStats last = ThreeTimedDrafts();
    last.last_drafted = static_cast<uint32_t>(drafted);
    last.last_accepted = static_cast<uint32_t>(accepted);
    EXPECT_EQ(StepsOfTimings(last).detail, StepDetail::kDraftTokens) << drafted << accepted;
  }
}

}  // namespace
}  // namespace specctl
