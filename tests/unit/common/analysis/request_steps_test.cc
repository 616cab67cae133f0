#include "common/analysis/request_steps.h"

#include <gtest/gtest.h>

#include <cmath>

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

// A response whose first chunk is the prompt's token and the others have so many.
class Arrived {
 public:
  Arrived(std::initializer_list<uint32_t> chunks) {
    for (const uint32_t tokens : chunks) after_first_.Add(tokens);
    delivered_ = {.total = 1 + after_first_.tokens(), .chunks = 1 + chunks.size()};
    delivered_.after_first = &after_first_;
    delivered_.last_chunk_tokens = *(chunks.end() - 1);
  }
  Arrived(const Arrived&) = delete;
  operator const DeliveredTokens&() const { return delivered_; }

 private:
  StepHistogram after_first_;
  DeliveredTokens delivered_;
};

TEST(StepsOfStatsTest, ChunksAreTheSteps) {
  const auto steps = StepsOfStats(FourDrafts(), Arrived({4, 2, 1, 2}));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 4u);
  EXPECT_EQ(steps->delivered, 9u);
  EXPECT_EQ(steps->accepted, 7u);
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{1, 1, 0, 2}));  // uncut, the last too
  EXPECT_EQ(steps->lengths.cut.steps(), 0u);
  EXPECT_EQ(steps->spent, (Lengths{0, 0, 0, 2}));
}

TEST(StepsOfStatsTest, WhatThePrefillOfARetractedResponseYieldedIsOfNoStep) {
  SpeculationStats stats = FourDrafts();
  stats.steps = 4;
  const Arrived arrived({4, 2, 1, 1, 4});  // after the second step it was computed anew
  for (const std::optional<uint64_t> told :
       {std::optional<uint64_t>(1), std::optional<uint64_t>()}) {
    stats.retractions = told;
    const auto steps = StepsOfStats(stats, arrived);
    ASSERT_TRUE(steps.has_value());
    EXPECT_EQ(steps->steps, 4u);
    EXPECT_EQ(steps->delivered, 11u);
  }
}

TEST(StepsOfStatsTest, StepsWithoutADraftAreOneTokenLong) {
  const auto steps = StepsOfStats(FourDrafts(), Arrived({1, 1, 4, 2, 1, 1, 1, 1, 4}));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 9u);
  EXPECT_EQ(steps->drafts, 4u);
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{1 + 5, 1, 0, 2}));
}

TEST(StepsOfStatsTest, WhereChunksAreMergedTheLastAndItsCutMakeAStep) {
  // Three steps without a draft and four with one; two pairs came as one chunk, the last cut by 3.
  const Arrived merged({2, 1, 4, 3, 1});
  EXPECT_EQ(StepsOfStats(FourDrafts(), merged)->steps, 7u);
  EXPECT_EQ(StepsOfStats(FourListedDrafts(), merged)->steps, 7u);
}

TEST(StepsOfStatsTest, ALastChunkThatIsSeveralStepsIsTheLastOfTheList) {
  // The last two drafts, of 2 + 4 tokens, cut by 3, in one chunk.
  SpeculationStats stats = FourListedDrafts();
  stats.per_step_accepted = {3, 0, 1, 3};
  EXPECT_EQ(StepsOfStats(stats, Arrived({1, 1, 4, 1, 3}))->steps, 6u);
  // Everything in two chunks.
  EXPECT_EQ(StepsOfStats(FourListedDrafts(), Arrived({4, 5}))->steps, 4u);
}

TEST(StepsOfStatsTest, ALastStepWithoutADraftIsNotListed) {
  EXPECT_EQ(StepsOfStats(FourListedDrafts(), Arrived({4, 2, 1, 4, 1, 1}))->steps, 6u);
}

TEST(StepsOfStatsTest, AStreamIntervalKeepsStepsOfOneTokenBack) {
  // Five steps without a draft, then the drafts, at an interval of 4: 4 | 1 + 4 | 2 + 1 + 4 .. cut.
  SpeculationStats stats = FourListedDrafts();
  stats.per_step_accepted = {3, 3, 1, 3};
  stats.accepted_tokens = 10;
  stats.acceptance_histogram = {0, 1, 0, 3};
  EXPECT_EQ(StepsOfStats(stats, Arrived({4, 5, 4, 2, 1}))->steps, 9u);
}

TEST(StepsOfStatsTest, NoStepLacksADraftOrAChunk) {
  // No cut makes the last chunk a step, and there is no list: each draft is a step at least.
  EXPECT_EQ(StepsOfStats(FourDrafts(), Arrived({9}))->steps, 4u);
  // What chunks carried is unknown: as many steps as chunks.
  EXPECT_EQ(StepsOfStats(FourDrafts(), {.total = 10, .chunks = 6})->steps, 5u);
}

// SGLang verifies a draft in every step: 1 (prompt) + 4 + 2 + 1 + 4, the last cut to 2.
SpeculationStats FourVerifiedDrafts() {
  SpeculationStats stats = FourDrafts();
  stats.steps = stats.drafts;
  return stats;
}

TEST(StepsOfStatsTest, StepsThatTheEngineCountedAreTheSteps) {
  // Two steps melted into one chunk; of the last, no text ever came; all came at once.
  for (const DeliveredTokens& delivered :
       {DeliveredTokens{.total = 10, .chunks = 4}, DeliveredTokens{.total = 10, .chunks = 2},
        DeliveredTokens{.total = 10, .chunks = 1}}) {
    const auto steps = StepsOfStats(FourVerifiedDrafts(), delivered);
    ASSERT_TRUE(steps.has_value());
    EXPECT_EQ(steps->detail, StepDetail::kEach);
    EXPECT_EQ(steps->steps, 4u);
    EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{1, 1, 0, 2}));
    EXPECT_EQ(steps->spent, (Lengths{0, 0, 0, 2}));
    EXPECT_TRUE(steps->may_be_trees);
  }
}

TEST(StepsOfStatsTest, NoDraftAtAllIsAllBareSteps) {
  const auto steps = StepsOfStats({}, Arrived({1, 1, 1, 1, 1}));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->lengths.whole.lengths, (Lengths{5}));
}

TEST(StepsOfStatsTest, OneTokenIsNoStep) {
  const auto steps = StepsOfStats({}, {.total = 1, .chunks = 1});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 0u);
  EXPECT_FALSE(StepsOfStats({}, {.total = 0, .chunks = 0}).has_value());
}

// SGLang sends no chunk for a token without text; its statistics are of all steps.
TEST(StepsOfStatsTest, StepsThatTheEngineCountedNeedNoChunk) {
  SpeculationStats stats{.drafts = 1, .drafted_tokens = 3, .acceptance_histogram = {1}};
  stats.steps = 1;
  const auto steps = StepsOfStats(stats, {.total = 2, .chunks = 0});
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->steps, 1u);
  EXPECT_EQ(steps->delivered, 1u);
  stats.steps.reset();
  EXPECT_FALSE(StepsOfStats(stats, {.total = 2, .chunks = 0}).has_value());
}

TEST(StepsOfStatsTest, WithoutAHistogramThereAreTheSums) {
  SpeculationStats stats = FourDrafts();
  stats.acceptance_histogram.clear();
  const auto steps = StepsOfStats(stats, Arrived({4, 2, 1, 2}));
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->detail, StepDetail::kCount);
  EXPECT_EQ(steps->steps, 4u);
  EXPECT_EQ(steps->accepted, 7u);
}

TEST(StepsOfStatsTest, WidthsAreKnownFromTheListOrWhereAllAreTheLongest) {
  SpeculationStats shorter = FourDrafts();
  shorter.drafted_tokens = 11;
  EXPECT_FALSE(StepsOfStats(shorter, Arrived({4, 2, 1, 2}))->spent.has_value());
  SpeculationStats listed = FourListedDrafts();
  listed.per_step_drafted = {3, 1, 2, 3};
  EXPECT_EQ(StepsOfStats(listed, Arrived({4, 2, 1, 2}))->spent, (Lengths{0, 1, 0, 2}));
}

TEST(StepsOfStatsTest, WidthsAreKnownFromTheHistogramsByLength) {
  SpeculationStats stats = FourDrafts();
  stats.drafted_tokens = 10;
  stats.by_draft_length = {{3, {1, 0, 0, 2}}, {1, {0, 1}}};
  EXPECT_EQ(StepsOfStats(stats, Arrived({4, 2, 1, 2}))->spent, (Lengths{0, 1, 0, 2}));
}

TEST(StepsOfMeanTest, TokensByTheMeanAreTheIterations) {
  // 40 tokens in 16 iterations, the prompt's among them.
  const auto steps = StepsOfMean(40 / 16.0, 40);
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->detail, StepDetail::kSteps);
  EXPECT_EQ(steps->steps, 15u);
  EXPECT_EQ(steps->delivered, 39u);
  EXPECT_EQ(steps->drafts, 0u);
  EXPECT_EQ(StepsOfMean(1, 1)->steps, 0u);
}

TEST(StepsOfMeanTest, AFloatTellsTheNumberOfAnyResponse) {
  for (uint64_t tokens = 1; tokens < 5'000; tokens += 7) {
    for (uint64_t iterations = 1 + tokens / 8; iterations <= tokens; iterations += 1 + tokens / 9) {
      const float mean = static_cast<float>(tokens) / static_cast<float>(iterations);
      ASSERT_EQ(StepsOfMean(mean, tokens)->steps, iterations - 1) << tokens << ' ' << mean;
    }
  }
}

TEST(StepsOfMeanTest, WhatIsNoMeanOfTheseTokensTellsNothing) {
  for (const double mean : {2.35, 0.0, -1.0, 0.5, 1e300, std::nan("")}) {
    EXPECT_FALSE(StepsOfMean(mean, 40).has_value()) << mean;
  }
  EXPECT_FALSE(StepsOfMean(1, 0).has_value());
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
