#include "common/speculation/acceptance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The run published with SPEED-Bench: steps by tokens, prompts' steps among them.
StepHistogram BlogRun() { return {.lengths = {57'385, 36'968, 24'441, 61'182}}; }

StepLengths Whole(std::vector<uint64_t> lengths) {
  return {.whole = {.lengths = std::move(lengths)}};
}

double LengthOf(const StepLengths& steps) { return AcceptanceLengthOf(ConditionalRates(steps)); }

double MeanOf(const StepHistogram& histogram) {
  return static_cast<double>(histogram.tokens()) / static_cast<double>(histogram.steps());
}

TEST(AcceptanceTest, RatesOfTheBlogRun) {
  const auto rates = ConditionalRates({.whole = BlogRun()});
  EXPECT_THAT(rates, ElementsAre(DoubleNear(0.68115, 5e-6), DoubleNear(0.69844, 5e-6),
                                 DoubleNear(0.71455, 5e-6)));
  EXPECT_THAT(JointRates(rates),
              ElementsAre(DoubleNear(0.68115, 5e-6), DoubleNear(85'623 / 179'976.0, 1e-12),
                          DoubleNear(61'182 / 179'976.0, 1e-12)));
}

TEST(AcceptanceTest, LengthOfTheBlogRun) {
  // Pooled over all chunks, and as it should be, without those of the 1,138 prompts.
  EXPECT_NEAR(LengthOf({.whole = BlogRun()}), 2.49684, 5e-6);
  EXPECT_NEAR(MeanOf(BlogRun()), 2.49684, 5e-6);
  StepHistogram without_prompts = BlogRun();
  without_prompts.lengths[0] -= 1'138;
  EXPECT_NEAR(LengthOf({.whole = without_prompts}), 2.50637, 5e-6);
}

TEST(AcceptanceTest, GapsInTheHistogramCount) {
  StepHistogram histogram;
  histogram.Add(1, 5);
  histogram.Add(4, 5);
  EXPECT_THAT(histogram.lengths, ElementsAre(5, 0, 0, 5));
  EXPECT_THAT(ConditionalRates({.whole = histogram}), ElementsAre(0.5, 1, 1));
  EXPECT_DOUBLE_EQ(LengthOf({.whole = histogram}), 2.5);
}

TEST(AcceptanceTest, EquationOneIsTheMeanLengthOfAnyHistogram) {
  for (const auto& lengths : std::vector<std::vector<uint64_t>>{
           {1}, {3, 0, 0}, {0, 0, 7}, {10, 9, 8, 7, 6, 5}, {1, 0, 2, 0, 3}}) {
    EXPECT_NEAR(LengthOf(Whole(lengths)), MeanOf({.lengths = lengths}), 1e-12);
  }
}

TEST(AcceptanceTest, RatesAfterTheLastSurvivorAreUnknownNotZero) {
  EXPECT_THAT(ConditionalRates(Whole({5, 0, 0, 0})), ElementsAre(0));
}

TEST(AcceptanceTest, WithoutStepsThereAreNoFigures) {
  for (const StepLengths& steps : {StepLengths{}, Whole({0, 0})}) {
    EXPECT_THAT(ConditionalRates(steps), IsEmpty());
    EXPECT_FALSE(IsLowerBound(steps));
  }
  EXPECT_EQ(AcceptanceLengthOf({}), 1);
}

TEST(AcceptanceTest, ACutStepIsKnownToHavePassedWhatWasDelivered) {
  // 6 whole steps of 1, 2, 2, 3, 4, 4; two were cut at 3, one at 1.
  StepLengths steps = Whole({1, 2, 1, 2});
  steps.cut.Add(3, 2);
  steps.cut.Add(1);
  // Past 1: 5 + 2 of 6 + 2; past 2: 3 + 2 of 5 + 2; past 3: 2 of 3, of those cut at 3 nothing is
  // known.
  EXPECT_THAT(ConditionalRates(steps), ElementsAre(7 / 8.0, 5 / 7.0, 2 / 3.0));
  EXPECT_FALSE(IsLowerBound(steps));
}

TEST(AcceptanceTest, WhereTheLongestStepsWereAllCutTheLengthIsALowerBound) {
  StepLengths steps = Whole({2, 2});
  steps.cut.Add(4);
  EXPECT_THAT(ConditionalRates(steps), ElementsAre(3 / 5.0, 1 / 3.0, 1));
  EXPECT_TRUE(IsLowerBound(steps));
}

TEST(AcceptanceTest, RemoveTakesAwayWhatMergeAdded) {
  StepLengths steps = Whole({1, 2, 1, 2}), other = Whole({0, 1, 5});
  other.cut.Add(2);
  const auto before = ConditionalRates(steps);
  steps.Merge(other);
  EXPECT_NE(ConditionalRates(steps), before);
  steps.Remove(other);
  EXPECT_EQ(ConditionalRates(steps), before);
}

// Accepted of drafted: 0/3 1/3 1/1 2/2 3/3 2/3.
DraftOutcomes SixDrafts() { return {.accepted = {1, 2, 2, 1}, .spent = {0, 1, 1, 1}}; }

TEST(DraftOutcomesTest, APositionThatNoDraftProposedIsNoRejection) {
  // First: 5 of 6.  Second: of 5 accepted, one had no second: 3 of 4.  Third: of 3, one had none.
  EXPECT_THAT(ConditionalRates(SixDrafts()), ElementsAre(5 / 6.0, 3 / 4.0, 1 / 2.0));
  EXPECT_THAT(JointRates(SixDrafts()), ElementsAre(5 / 6.0, 3 / 6.0, 1 / 6.0));
}

TEST(DraftOutcomesTest, MergeAdds) {
  DraftOutcomes drafts = SixDrafts();
  drafts.Merge(SixDrafts());
  EXPECT_EQ(ConditionalRates(drafts), ConditionalRates(SixDrafts()));
  EXPECT_THAT(drafts.accepted, ElementsAre(2, 4, 4, 2));
}

TEST(DraftOutcomesTest, NoDraftsHaveNoRates) {
  EXPECT_THAT(ConditionalRates(DraftOutcomes{}), IsEmpty());
  EXPECT_THAT(JointRates(DraftOutcomes{}), IsEmpty());
}

TEST(StepHistogramTest, CountsStepsAndTokens) {
  StepHistogram histogram;
  histogram.Add(3);
  histogram.Add(1, 2);
  histogram.Add(9, 0);
  EXPECT_EQ(histogram.steps(), 3u);
  EXPECT_EQ(histogram.tokens(), 5u);
  EXPECT_EQ(histogram.lengths.size(), 3u);
}

TEST(StepHistogramTest, MergeAddsLengthByLength) {
  StepHistogram longer{.lengths = {1, 2, 3}}, shorter{.lengths = {10}, .oversized = 2};
  StepHistogram merged = shorter;
  merged.Merge(longer);
  EXPECT_THAT(merged.lengths, ElementsAre(11, 2, 3));
  longer.Merge(shorter);
  EXPECT_EQ(longer.lengths, merged.lengths);
  EXPECT_EQ(longer.oversized, 2u);
}

TEST(StepHistogramTest, AbsurdLengthsAreCountedApart) {
  StepHistogram histogram;
  histogram.Add(2);
  histogram.Add(4'000'000'000, 3);
  EXPECT_EQ(histogram.oversized, 3u);
  EXPECT_EQ(histogram.tokens(), 2u);
  EXPECT_EQ(histogram.lengths.size(), 2u);
}

TEST(SpeedupTest, ProjectionsOfThePaper) {
  // Table 10 of SPEED-Bench: Llama 3.3 70B, batch size 16, draft length 3; milliseconds.  The
  // printed inputs are rounded: so far the printed projection may be off.
  constexpr double kRounding = 0.01;
  struct Row {
    const char* name;
    SpeedupInput input;
    double projected;
  };
  for (const Row& row : {
           Row{"EAGLE3, high entropy, 1k", {19.6, 25.9, 2.12}, 1.61},
           Row{"EAGLE3, high entropy, 2k", {20.4, 27.5, 1.86}, 1.38},
           Row{"EAGLE3, high entropy, 8k", {25.2, 34.1, 1.17}, 0.86},
           Row{"EAGLE3, low entropy, 1k", {19.6, 25.9, 2.93}, 2.22},
           Row{"EAGLE3, low entropy, 2k", {20.4, 27.5, 2.59}, 1.92},
           Row{"EAGLE3, low entropy, 8k", {25.2, 34.1, 1.19}, 0.88},
           Row{"vanilla, high entropy, 1k", {19.7, 35.3, 2.47}, 1.38},
           Row{"vanilla, high entropy, 2k", {20.4, 38.6, 2.49}, 1.32},
           Row{"vanilla, high entropy, 8k", {25.2, 59.9, 2.60}, 1.09},
           Row{"vanilla, low entropy, 1k", {19.7, 35.3, 3.12}, 1.74},
           Row{"vanilla, low entropy, 2k", {20.4, 38.6, 3.16}, 1.67},
           Row{"vanilla, low entropy, 8k", {25.2, 59.9, 3.21}, 1.35},
       }) {
    EXPECT_NEAR(*Speedup(row.input), row.projected, kRounding) << row.name;
  }
}

TEST(SpeedupTest, NeedsAStepTime) {
  EXPECT_EQ(Speedup({.t_ar = 20, .t_sd = 0, .acceptance_length = 2}), std::nullopt);
  EXPECT_EQ(Speedup({.t_ar = 20, .t_sd = -1, .acceptance_length = 2}), std::nullopt);
}

}  // namespace
}  // namespace specctl
