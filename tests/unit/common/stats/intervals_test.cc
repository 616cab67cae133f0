#include "common/stats/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace specctl {
namespace {

// P(|T| < t) for Student's t, by Simpson's rule over its density.
double TwoSidedProbability(double t, double degrees) {
  const double scale = std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) /
                       std::sqrt(degrees * std::acos(-1.0));
  const auto density = [&](double x) {
    return scale * std::pow(1 + x * x / degrees, -(degrees + 1) / 2);
  };
  constexpr int kSteps = 2'000;
  const double h = t / kSteps;
  double sum = density(0) + density(t);
  for (int i = 1; i < kSteps; ++i) sum += density(i * h) * (i % 2 == 1 ? 4 : 2);
  return 2 * sum * h / 3;
}

TEST(StudentT975Test, IsWithinTwoTenThousandthsOfTheDistribution) {
  std::vector<uint64_t> all;
  for (uint64_t degrees = 1; degrees <= 200; ++degrees) all.push_back(degrees);
  all.insert(all.end(), {500, 1'000, 100'000});
  for (const uint64_t degrees : all) {
    const double t = StudentT975(degrees);
    EXPECT_LT(TwoSidedProbability(t * (1 - 2e-4), static_cast<double>(degrees)), 0.95) << degrees;
    EXPECT_GT(TwoSidedProbability(t * (1 + 2e-4), static_cast<double>(degrees)), 0.95) << degrees;
  }
}

TEST(StudentT975Test, ApproachesTheNormalDistribution) {
  EXPECT_NEAR(StudentT975(1'000'000'000'000), 1.959964, 1e-6);
  EXPECT_NEAR(StudentT975(UINT64_MAX), 1.959964, 1e-6);
}

TEST(EstimateRatioTest, ByHand) {
  // R = 9 / 6; residuals of y - 1.5 x: 0.5, 0, -0.5; s.e. = sqrt(3/2 * 0.5) / 6; t(2) = 4.302653.
  const std::vector<RatioTerm> clusters = {{2, 1}, {3, 2}, {4, 3}};
  const auto estimate = EstimateRatio(clusters);
  ASSERT_TRUE(estimate && estimate->interval);
  EXPECT_DOUBLE_EQ(estimate->value, 1.5);
  EXPECT_DOUBLE_EQ(estimate->interval->value, 1.5);
  const double half = 4.302653 * std::sqrt(0.75) / 6;
  EXPECT_NEAR(estimate->interval->low, 1.5 - half, 1e-9);
  EXPECT_NEAR(estimate->interval->high, 1.5 + half, 1e-9);
}

TEST(EstimateRatioTest, OneClusterHasNoInterval) {
  const auto estimate = EstimateRatio(std::vector<RatioTerm>{{3, 2}});
  ASSERT_TRUE(estimate.has_value());
  EXPECT_DOUBLE_EQ(estimate->value, 1.5);
  EXPECT_FALSE(estimate->interval.has_value());
}

TEST(EstimateRatioTest, EmptyClustersDoNotMakeOneClusterCertain) {
  const auto estimate = EstimateRatio(std::vector<RatioTerm>{{3, 2}, {0, 0}, {0, 0}});
  ASSERT_TRUE(estimate.has_value());
  EXPECT_FALSE(estimate->interval.has_value());
}

TEST(EstimateRatioTest, NoDenominatorNoRatio) {
  EXPECT_FALSE(EstimateRatio({}).has_value());
  EXPECT_FALSE(EstimateRatio(std::vector<RatioTerm>{{0, 0}, {0, 0}}).has_value());
}

TEST(EstimateRatioTest, CoversTheTruthAsOftenAsItSays) {
  // Conversations of 5 to 40 drafts whose own acceptance rate varies about 0.6.
  std::mt19937_64 engine(7);
  std::uniform_int_distribution<int> drafts(5, 40);
  std::uniform_real_distribution<double> rate(0.3, 0.9);
  int covered = 0;
  constexpr int kRuns = 1'000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<RatioTerm> clusters(40);
    for (RatioTerm& term : clusters) {
      const int drafted = drafts(engine);
      std::binomial_distribution<int> accepted(drafted, rate(engine));
      term = {static_cast<double>(accepted(engine)), static_cast<double>(drafted)};
    }
    const Interval interval = *EstimateRatio(clusters)->interval;
    if (interval.low <= 0.6 && 0.6 <= interval.high) ++covered;
  }
  EXPECT_GE(covered, 925);
  EXPECT_LE(covered, 975);
}

TEST(EstimateSeriesMeanTest, ByHand) {
  const auto estimate = EstimateSeriesMean(std::vector<double>{4, 1, 6, 1, 3});
  ASSERT_TRUE(estimate && estimate->interval);
  EXPECT_DOUBLE_EQ(estimate->value, 3);
  const double half = 2.776445 * std::sqrt(18.0 / 4 / 5);
  EXPECT_NEAR(estimate->interval->low, 3 - half, 0.01 * half);
  EXPECT_NEAR(estimate->interval->high, 3 + half, 0.01 * half);
}

TEST(EstimateSeriesMeanTest, LongSeriesAreBatched) {
  // 240 values: 60 batches of 4, each of the mean 2.
  std::vector<double> series;
  for (int i = 0; i < 240; ++i) series.push_back(i % 4 < 2 ? 1 : 3);
  const auto estimate = EstimateSeriesMean(series);
  ASSERT_TRUE(estimate && estimate->interval);
  EXPECT_DOUBLE_EQ(estimate->value, 2);
  EXPECT_DOUBLE_EQ(estimate->interval->low, 2);
  EXPECT_DOUBLE_EQ(estimate->interval->high, 2);
}

TEST(EstimateSeriesMeanTest, DependentNeighboursWidenTheInterval) {
  // The same values, once in long waves and once alternating.
  std::vector<double> waves, alternating;
  for (int i = 0; i < 200; ++i) {
    waves.push_back(i / 50 % 2 == 0 ? 1 : 3);
    alternating.push_back(i % 2 == 0 ? 1 : 3);
  }
  const Interval wide = *EstimateSeriesMean(waves)->interval;
  const Interval narrow = *EstimateSeriesMean(alternating)->interval;
  EXPECT_GT(wide.high - wide.low, 0.9);
  EXPECT_LT(narrow.high - narrow.low, 0.01);
}

TEST(EstimateSeriesMeanTest, ShortSeriesHaveNoInterval) {
  EXPECT_FALSE(EstimateSeriesMean({}).has_value());
  const auto estimate = EstimateSeriesMean(std::vector<double>{1, 2, 3, 2});
  ASSERT_TRUE(estimate.has_value());
  EXPECT_DOUBLE_EQ(estimate->value, 2);
  EXPECT_FALSE(estimate->interval.has_value());
}

TEST(JackknifeTest, OfAMeanIsItsStandardError) {
  const std::vector<double> values = {1, 2, 4, 8, 16};
  const double sum = 31;
  std::vector<double> without_one;
  for (const double value : values) without_one.push_back((sum - value) / 4);
  double squares = 0;
  for (const double value : values) squares += (value - sum / 5) * (value - sum / 5);
  EXPECT_NEAR(JackknifeError(without_one), std::sqrt(squares / 4 / 5), 1e-12);
  EXPECT_EQ(JackknifeError(std::vector<double>{3}), 0);
}

TEST(IntervalWithinTest, NeverLeavesItsBounds) {
  const auto below = IntervalWithin({.value = 1.2, .standard_error = 3, .clusters = 8, .low = 1});
  ASSERT_TRUE(below.has_value());
  EXPECT_GE(below->low, 1);
  const auto both =
      IntervalWithin({.value = 3.9, .standard_error = 2, .clusters = 8, .low = 1, .high = 4});
  ASSERT_TRUE(both.has_value());
  EXPECT_GE(both->low, 1);
  EXPECT_LE(both->high, 4);
  EXPECT_LT(both->low, 3.9);
}

TEST(IntervalWithinTest, IsStudentsWhereTheErrorIsSmall) {
  const double half = 0.001 * StudentT975(99);
  const auto one = IntervalWithin({.value = 3, .standard_error = 0.001, .clusters = 100, .low = 1});
  EXPECT_NEAR(one->low, 3 - half, 1e-5);
  EXPECT_NEAR(one->high, 3 + half, 1e-5);
  const auto two =
      IntervalWithin({.value = 3, .standard_error = 0.001, .clusters = 100, .low = 1, .high = 4});
  EXPECT_NEAR(two->low, 3 - half, 1e-5);
  EXPECT_NEAR(two->high, 3 + half, 1e-5);
}

TEST(IntervalWithinTest, AbsentWithTooFewClustersAndAtABound) {
  EXPECT_FALSE(IntervalWithin({.value = 2, .standard_error = 1, .clusters = 4, .low = 1}));
  EXPECT_FALSE(IntervalWithin({.value = 1, .standard_error = 0, .clusters = 40, .low = 1}));
  EXPECT_FALSE(
      IntervalWithin({.value = 4, .standard_error = 0, .clusters = 40, .low = 1, .high = 4}));
}

}  // namespace
}  // namespace specctl
