#include "common/analysis/request_steps.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using Lengths = std::vector<uint64_t>;

TEST(StepsOfChunksTest, TheLastMayHaveBeenLonger) {
  StepHistogram chunks;
  for (const uint64_t tokens : {3, 1, 3, 2}) chunks.Add(tokens);
  const RequestSteps steps = StepsOfChunks(chunks, 2);
  EXPECT_EQ(steps.steps, 4u);
  EXPECT_EQ(steps.delivered, 9u);
  EXPECT_EQ(steps.lengths.whole.lengths, (Lengths{1, 0, 2}));
  EXPECT_EQ(steps.lengths.cut.lengths, (Lengths{0, 1}));
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

SpeculationStats FourListedDrafts() {
  SpeculationStats stats = FourDrafts();
  stats.per_step_accepted = {3, 1, 0, 3};
  stats.per_step_drafted = {3, 3, 3, 3};
  return stats;
}

DeliveredTokens Delivered(uint64_t total, uint64_t chunks, uint32_t last, bool by_length = true) {
  return {
      .total = total, .chunks = chunks, .last_chunk_tokens = last, .ended_by_length = by_length};
}

TEST(StepsOfStatsTest, ChunksAreTheStepsWhereTheCutIsPossible) {
  const auto steps = StepsOfStats(FourDrafts(), Delivered(10, 5, 2));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 4u);
  EXPECT_EQ(steps->delivered, 9u);
  EXPECT_EQ(steps->accepted, 7u);
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{1, 1, 0, 2}));  // uncut, the last too
  EXPECT_EQ(steps->lengths.cut.steps(), 0u);
  EXPECT_EQ(steps->spent, (Lengths{0, 0, 0, 2}));
}

TEST(StepsOfStatsTest, StepsWithoutADraftAreOneTokenLong) {
  // 1 + 5 bare steps + 4 drafts of 11 tokens: 17 tokens in 10 chunks.
  const auto steps = StepsOfStats(FourDrafts(), Delivered(17, 10, 1));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 9u);
  EXPECT_EQ(steps->drafts, 4u);
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{1 + 5, 1, 0, 2}));
}

TEST(StepsOfStatsTest, TheCutOfAMergedResponseIsThatOfItsLastListedStep) {
  // All in two chunks: the prompt's token and the rest, of which the last chunk has 2.
  const auto steps = StepsOfStats(FourListedDrafts(), Delivered(10, 3, 2));
  EXPECT_EQ(steps->steps, 4u);
  // Ended otherwise, or without a list, the cut is unknown, but no draft is less than a step.
  EXPECT_EQ(StepsOfStats(FourListedDrafts(), Delivered(12, 3, 2, false))->steps, 4u);
  EXPECT_EQ(StepsOfStats(FourDrafts(), Delivered(14, 3, 2))->steps, 6u);
}

TEST(StepsOfStatsTest, ALastStepThatContradictsTheCutShowsAMerge) {
  // 20 tokens: 1 + 8 bare + 11 of drafts, the last cut to 1: 12 steps and 3 tokens cut.  Two of the
  // steps merged into others' chunks, so that chunks and sums alone would allow a cut of 1.
  const auto steps = StepsOfStats(FourListedDrafts(), Delivered(17, 11, 1));
  EXPECT_EQ(steps->steps, 12u);
  EXPECT_EQ(StepsOfStats(FourDrafts(), Delivered(17, 11, 1))->steps, 10u);
}

TEST(StepsOfStatsTest, ALastStepWithoutADraftIsNotListed) {
  // The last chunk has one token and the last listed step accepted 3: it was an earlier one.
  EXPECT_EQ(StepsOfStats(FourListedDrafts(), Delivered(17, 10, 1))->steps, 9u);
}

TEST(StepsOfStatsTest, NoDraftAtAllIsAllBareSteps) {
  const auto steps = StepsOfStats({}, Delivered(6, 6, 1));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{5}));
}

TEST(StepsOfStatsTest, OneTokenIsNoStep) {
  const auto steps = StepsOfStats({}, {.total = 1, .chunks = 1, .last_chunk_tokens = {}});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 0u);
  EXPECT_FALSE(StepsOfStats({}, {.total = 0, .chunks = 0, .last_chunk_tokens = {}}).has_value());
}

TEST(StepsOfStatsTest, AHistogramThatContradictsTheSumsLeavesTheSums) {
  SpeculationStats stats = FourDrafts();
  for (const Lengths& histogram : {Lengths{1, 1, 0, 1}, Lengths{}}) {
    stats.acceptance_histogram = histogram;
    const auto steps = StepsOfStats(stats, Delivered(10, 5, 2));
    ASSERT_TRUE(steps.has_value());
    EXPECT_EQ(steps->detail, StepDetail::kCount);
    EXPECT_EQ(steps->steps, 4u);
    EXPECT_EQ(steps->accepted, 7u);
  }
}

TEST(StepsOfStatsTest, WidthsAreKnownFromTheListOrWhereAllAreTheLongest) {
  SpeculationStats shorter = FourDrafts();
  shorter.drafted_tokens = 11;
  EXPECT_FALSE(StepsOfStats(shorter, Delivered(10, 5, 2))->spent.has_value());
  SpeculationStats listed = FourListedDrafts();
  listed.per_step_drafted = {3, 1, 2, 3};
  EXPECT_EQ(StepsOfStats(listed, Delivered(10, 5, 2))->spent, (Lengths{0, 1, 0, 2}));
}

// 1 (prompt) + 4 + 1 (no draft) + 2 + 4, of drafts of 3; the last may have been cut.
TimingsStats ThreeTimedDrafts() {
  return {.drafted_tokens = 9,
          .accepted_tokens = 7,
          .steps = 4,
          .each_step_known = true,
          .acceptance_histogram = {0, 1, 0, 2},
          .spent_histogram = {0, 0, 0, 2}};
}

TEST(StepsOfTimingsTest, EveryStepEntersWhole) {
  const RequestSteps steps = StepsOfTimings(ThreeTimedDrafts(), 10);
  EXPECT_EQ(steps.detail, StepDetail::kEach);
  EXPECT_EQ(steps.lengths.whole.lengths, (Lengths{1, 1, 0, 2}));
  EXPECT_EQ(steps.steps, 4u);
  EXPECT_EQ(steps.delivered, 9u);
  EXPECT_EQ(steps.drafts, 3u);
  EXPECT_EQ(steps.drafted, 9u);
  EXPECT_EQ(steps.accepted, 7u);
  EXPECT_EQ(steps.spent, (Lengths{0, 0, 0, 2}));
}

TEST(StepsOfTimingsTest, TheirNumberIsEnoughForTheMean) {
  TimingsStats stats = ThreeTimedDrafts();
  stats.each_step_known = false;
  stats.acceptance_histogram.clear();
  const RequestSteps steps = StepsOfTimings(stats, 10);
  EXPECT_EQ(steps.detail, StepDetail::kCount);
  EXPECT_EQ(steps.steps, 4u);
  EXPECT_EQ(steps.accepted, 7u);
}

TEST(StepsOfTimingsTest, SumsAloneTellNoSteps) {
  const RequestSteps steps = StepsOfTimings({.drafted_tokens = 9, .accepted_tokens = 7}, 10);
  EXPECT_EQ(steps.detail, StepDetail::kDraftTokens);
  EXPECT_EQ(steps.steps, 0u);
  EXPECT_EQ(steps.accepted, 7u);
}

TEST(StepsOfTimingsTest, ThePromptAloneIsNoStep) {
  const RequestSteps steps = StepsOfTimings({.steps = 0, .each_step_known = true}, 1);
  EXPECT_EQ(steps.detail, StepDetail::kEach);
  EXPECT_EQ(steps.steps, 0u);
  EXPECT_EQ(steps.delivered, 0u);
}

TEST(StepsOfTimingsTest, WhatContradictsItselfIsCountedOnly) {
  TimingsStats histogram = ThreeTimedDrafts();
  histogram.acceptance_histogram = {0, 1, 0, 1};
  EXPECT_EQ(StepsOfTimings(histogram, 10).detail, StepDetail::kCount);
  TimingsStats too_few = ThreeTimedDrafts();
  too_few.steps = 2;
  EXPECT_EQ(StepsOfTimings(too_few, 10).detail, StepDetail::kCount);
}

}  // namespace
}  // namespace specctl
