#include "common/stats/steady_intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace specctl {
namespace {

using TimedValues = std::vector<TimedValue>;

// Exponential of mean 1, independent, spread over the time.
TimedValues Independent(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> exponential;
  TimedValues values;
  for (size_t i = 0; i < count; ++i) {
    values.push_back(
        {.value = exponential(random), .at = static_cast<double>(i) / static_cast<double>(count)});
  }
  return values;
}

// The same, of which those of `together` in a row are one value.
TimedValues Clustered(size_t count, size_t together, uint64_t seed) {
  TimedValues values = Independent(count, seed);
  for (size_t i = 0; i < count; ++i) values[i].value = values[i / together * together].value;
  return values;
}

TEST(SteadyIntervalsTest, IndependentValuesAreWorthTheirNumber) {
  const auto intervals = SteadyIntervals(Independent(4'000, 1), 1);
  ASSERT_TRUE(intervals);
  EXPECT_GT(intervals->effective, 2'800);
  EXPECT_LE(intervals->effective, 4'000);
  EXPECT_LT(*intervals->p50.low, std::log(2));
  EXPECT_GT(*intervals->p50.high, std::log(2));
  EXPECT_LT(*intervals->p99.low, std::log(100));
  EXPECT_GT(*intervals->p99.high, std::log(100));
  EXPECT_LT(*intervals->mean.low, 1);
  EXPECT_GT(*intervals->mean.high, 1);
  // 1.96 x sqrt(q (1 - q) / n) / density.
  EXPECT_NEAR(*intervals->p50.high - *intervals->p50.low, 3.92 * std::sqrt(0.25 / 4'000) / 0.5,
              0.03);
}

TEST(SteadyIntervalsTest, ValuesThatComeTogetherAreWorthFewer) {
  const auto intervals = SteadyIntervals(Clustered(4'000, 40, 1), 1);
  ASSERT_TRUE(intervals);
  EXPECT_GT(intervals->effective, 50);
  EXPECT_LT(intervals->effective, 200);
  const auto independent = SteadyIntervals(Independent(4'000, 1), 1);
  EXPECT_GT(*intervals->mean.high - *intervals->mean.low,
            4 * (*independent->mean.high - *independent->mean.low));
}

TEST(SteadyIntervalsTest, AQuantileOfTooFewIsABoundOnTheSideThatIsKnown) {
  const auto intervals = SteadyIntervals(Independent(300, 2), 1);
  ASSERT_TRUE(intervals);
  EXPECT_TRUE(intervals->p99.low);
  EXPECT_FALSE(intervals->p99.high);
  EXPECT_FALSE(intervals->p1.low);
  EXPECT_TRUE(intervals->p1.high);
  EXPECT_TRUE(intervals->p90.low && intervals->p90.high);
  EXPECT_TRUE(intervals->p50.low && intervals->p50.high);
}

TEST(SteadyIntervalsTest, CorrelationMakesAnEstimateABound) {
  EXPECT_TRUE(SteadyIntervals(Independent(4'000, 3), 1)->p99.high);
  EXPECT_FALSE(SteadyIntervals(Clustered(4'000, 40, 3), 1)->p99.high);
}

TEST(SteadyIntervalsTest, TheBoundHoldsInNineteenOfTwentyRuns) {
  int below = 0, above = 0;
  constexpr int kRuns = 600;
  for (int run = 0; run < kRuns; ++run) {
    const auto intervals = SteadyIntervals(Independent(400, 100 + static_cast<uint64_t>(run)), 1);
    below += intervals->p99.low.value_or(0) > std::log(100) ? 1 : 0;
    above += intervals->p1.high.value_or(1) < -std::log(0.99) ? 1 : 0;
  }
  EXPECT_LT(below, 0.06 * kRuns);
  EXPECT_LT(above, 0.06 * kRuns);
}

TEST(SteadyIntervalsTest, WhatIsBeyondTheLastObservedHasNoEnd) {
  TimedValues values = Independent(2'000, 4);
  // Two in three are cut at 1, where 63 % lie below.
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].value <= 1) continue;
    values[i].value = 1;
    values[i].censored = true;
  }
  const auto intervals = SteadyIntervals(values, 1);
  ASSERT_TRUE(intervals);
  EXPECT_TRUE(intervals->p50.low && intervals->p50.high);
  EXPECT_FALSE(intervals->p90.high);
  EXPECT_FALSE(intervals->mean.low);
  // As far as it is known.
  EXPECT_GT(intervals->p90.low.value_or(0), 0.9);
}

TEST(SteadyIntervalsTest, TheSameSeedGivesTheSameIntervals) {
  const TimedValues values = Independent(2'000, 5);
  EXPECT_EQ(SteadyIntervals(values, 7)->p99.high, SteadyIntervals(values, 7)->p99.high);
  EXPECT_EQ(SteadyIntervals(values, 7)->p99.low, SteadyIntervals(values, 7)->p99.low);
}

TEST(SteadyIntervalsTest, EqualValuesAreKnownExactly) {
  TimedValues values = Independent(2'000, 6);
  for (TimedValue& value : values) value.value = 3;
  const auto intervals = SteadyIntervals(values, 1);
  EXPECT_EQ(intervals->p50.low, 3);
  EXPECT_EQ(intervals->p50.high, 3);
  EXPECT_EQ(intervals->mean.low, 3);
}

TEST(SteadyIntervalsTest, AHandfulTellsNothing) {
  EXPECT_FALSE(SteadyIntervals(Independent(9, 1), 1));
  EXPECT_FALSE(SteadyIntervals({}, 1));
  // One that can be had at all.
  const auto intervals = SteadyIntervals(Independent(12, 1), 1);
  ASSERT_TRUE(intervals);
  EXPECT_FALSE(intervals->p50.low);
}

TEST(BinomialLowTest, ByHand) {
  // 0.99^5 = 0.951: fewer than 5 of 5 with 4.9 %.
  EXPECT_EQ(BinomialLow(5, 0.99, 0.05), 5u);
  // P(X < 10) = 0.0107 for (10, 0.5) is 1 - 2^-10 - ..: P(X < 2) = 11 / 1024.
  EXPECT_EQ(BinomialLow(10, 0.5, 0.025), 2u);
  EXPECT_EQ(BinomialLow(10, 0.5, 0.06), 3u);
  EXPECT_EQ(BinomialLow(300, 0.99, 0.05), 294u);
}

}  // namespace
}  // namespace specctl
