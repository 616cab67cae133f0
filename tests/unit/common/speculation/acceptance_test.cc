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

TEST(AcceptanceTest, RatesOfTheBlogRun) {
  EXPECT_THAT(
      ConditionalRates(BlogRun()),
      ElementsAre(DoubleNear(0.68115, 5e-6), DoubleNear(0.69844, 5e-6), DoubleNear(0.71455, 5e-6)));
  EXPECT_THAT(JointRates(BlogRun()),
              ElementsAre(DoubleNear(0.68115, 5e-6), DoubleNear(85'623 / 179'976.0, 1e-12),
                          DoubleNear(61'182 / 179'976.0, 1e-12)));
}

TEST(AcceptanceTest, LengthOfTheBlogRun) {
  EXPECT_NEAR(*MeanLength(BlogRun()), 2.49684, 5e-6);
  EXPECT_NEAR(AcceptanceLengthOf(ConditionalRates(BlogRun())), 2.49684, 5e-6);
  StepHistogram without_prompts = BlogRun();
  without_prompts.lengths[0] -= 1'138;
  EXPECT_NEAR(*MeanLength(without_prompts), 2.50637, 5e-6);
}

TEST(AcceptanceTest, GapsInTheHistogramCount) {
  StepHistogram histogram;
  histogram.Add(1, 5);
  histogram.Add(4, 5);
  EXPECT_THAT(histogram.lengths, ElementsAre(5, 0, 0, 5));
  EXPECT_THAT(ConditionalRates(histogram), ElementsAre(0.5, 1, 1));
  EXPECT_THAT(JointRates(histogram), ElementsAre(0.5, 0.5, 0.5));
  EXPECT_DOUBLE_EQ(AcceptanceLengthOf(ConditionalRates(histogram)), 2.5);
  EXPECT_DOUBLE_EQ(*MeanLength(histogram), 2.5);
}

TEST(AcceptanceTest, EquationOneIsTheMeanLengthOfAnyHistogram) {
  for (const auto& lengths : std::vector<std::vector<uint64_t>>{
           {1}, {3, 0, 0}, {0, 0, 7}, {10, 9, 8, 7, 6, 5}, {1, 0, 2, 0, 3}}) {
    const StepHistogram histogram{.lengths = lengths};
    EXPECT_NEAR(AcceptanceLengthOf(ConditionalRates(histogram)), *MeanLength(histogram), 1e-12);
  }
}

TEST(AcceptanceTest, RatesAfterTheLastSurvivorAreUnknownNotZero) {
  const StepHistogram histogram{.lengths = {5, 0, 0, 0}};
  EXPECT_THAT(ConditionalRates(histogram), ElementsAre(0));
  EXPECT_THAT(JointRates(histogram), ElementsAre(0, 0, 0));
}

TEST(AcceptanceTest, WithoutStepsThereAreNoFigures) {
  for (const StepHistogram& histogram : {StepHistogram{}, StepHistogram{.lengths = {0, 0}}}) {
    EXPECT_EQ(MeanLength(histogram), std::nullopt);
    EXPECT_THAT(ConditionalRates(histogram), IsEmpty());
    EXPECT_THAT(JointRates(histogram), IsEmpty());
  }
  EXPECT_EQ(AcceptanceLengthOf({}), 1);
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
  // Table 10 of SPEED-Bench: EAGLE3, Llama 3.3 70B, batch size 16, draft length 3.
  EXPECT_NEAR(*Speedup({.t_ar = 19.6, .t_sd = 25.9, .acceptance_length = 2.93}), 2.22, 0.005);
  EXPECT_NEAR(*Speedup({.t_ar = 20.4, .t_sd = 27.5, .acceptance_length = 2.59}), 1.92, 0.005);
}

TEST(SpeedupTest, NeedsAStepTime) {
  EXPECT_EQ(Speedup({.t_ar = 20, .t_sd = 0, .acceptance_length = 2}), std::nullopt);
  EXPECT_EQ(Speedup({.t_ar = 20, .t_sd = -1, .acceptance_length = 2}), std::nullopt);
}

}  // namespace
}  // namespace specctl
