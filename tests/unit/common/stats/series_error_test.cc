#include "common/stats/series_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "common/stats/spread.h"

namespace specctl {
namespace {

std::vector<double> Autoregression(size_t values, double rho, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<double> series(values);
  double now = normal(random) / std::sqrt(1 - rho * rho);
  for (double& value : series) {
    now = rho * now + normal(random);
    value = now;
  }
  return series;
}

TEST(IntegratedAutocorrelationTimeTest, IsThatOfTheAutoregression) {
  std::mt19937_64 random(3);
  // (1 + rho) / (1 - rho).
  EXPECT_NEAR(IntegratedAutocorrelationTime(Autoregression(20'000, 0.0, random)), 1, 0.1);
  EXPECT_NEAR(IntegratedAutocorrelationTime(Autoregression(20'000, 0.5, random)), 3, 0.4);
  EXPECT_NEAR(IntegratedAutocorrelationTime(Autoregression(20'000, 0.8, random)), 9, 1.5);
}

TEST(IntegratedAutocorrelationTimeTest, IsNeverBelowOne) {
  std::vector<double> alternating;
  for (int i = 0; i < 100; ++i) alternating.push_back(i % 2);
  EXPECT_EQ(IntegratedAutocorrelationTime(alternating), 1);
  EXPECT_EQ(IntegratedAutocorrelationTime(std::vector<double>(100, 7)), 1);
  EXPECT_EQ(IntegratedAutocorrelationTime(std::vector<double>{1, 2}), 1);
}

TEST(ErrorOfSeriesMeanTest, IndependentValuesAreBatchesOfThemselves) {
  const auto error = ErrorOfSeriesMean(std::vector<double>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->batch, 1u);
  EXPECT_EQ(error->batches, 10u);
  EXPECT_EQ(error->inflation, 1);
  EXPECT_DOUBLE_EQ(error->standard_error, std::sqrt(10 * 0.25 / 9 / 10));
  EXPECT_EQ(error->degrees, 9);
}

// 20 s of a server that got faster: wide, and not without end.
TEST(ErrorOfSeriesMeanTest, ATrendWithinAShortSeriesIsPunishedOnce) {
  std::vector<double> rising;
  for (int i = 0; i < 20; ++i) rising.push_back(1'000 + 25.0 * i);
  const SeriesError error = ErrorOfSeriesMean(rising).value();
  EXPECT_EQ(error.degrees, 3);
  EXPECT_GT(error.inflation, 3);
  EXPECT_LT(3.19 * error.standard_error, 700) << "half the interval of a mean of 1,238";
}

TEST(ErrorOfSeriesMeanTest, WhatNeverVariesHasNoError) {
  EXPECT_EQ(ErrorOfSeriesMean(std::vector<double>(50, 3))->standard_error, 0);
}

TEST(ErrorOfSeriesMeanTest, TooFewValuesTellNothing) {
  EXPECT_FALSE(ErrorOfSeriesMean(std::vector<double>{1, 2, 3, 4}));
  EXPECT_TRUE(ErrorOfSeriesMean(std::vector<double>{1, 2, 3, 4, 2}));
}

TEST(ErrorOfSeriesMeanTest, BatchesGrowWithTheCorrelationAndWithTheSeries) {
  std::mt19937_64 random(5);
  EXPECT_GT(ErrorOfSeriesMean(Autoregression(600, 0.9, random))->batch, 12u);
  EXPECT_EQ(ErrorOfSeriesMean(Autoregression(6'000, 0, random))->batch, 100u);
  EXPECT_EQ(ErrorOfSeriesMean(Autoregression(6'000, 0, random), 200)->batch, 30u);
}

// How often the interval of the mean holds it.
double HeldShare(double rho, size_t values, int runs) {
  std::mt19937_64 random(7);
  int held = 0;
  for (int run = 0; run < runs; ++run) {
    const std::vector<double> series = Autoregression(values, rho, random);
    double mean = 0;
    for (const double value : series) mean += value / static_cast<double>(values);
    const SeriesError error = *ErrorOfSeriesMean(series);
    held += std::abs(mean) <= StudentTBeyond(kZ975, error.degrees) * error.standard_error ? 1 : 0;
  }
  return static_cast<double>(held) / runs;
}

TEST(ErrorOfSeriesMeanTest, TheIntervalHoldsTheMean) {
  for (const double rho : {0.0, 0.3, 0.6, 0.8}) {
    const double held = HeldShare(rho, 180, 1'000);
    EXPECT_GT(held, 0.93) << rho;
    EXPECT_LT(held, 0.975) << rho;
  }
}

}  // namespace
}  // namespace specctl
