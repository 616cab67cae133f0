#include "common/stats/point_process.h"

#include <gtest/gtest.h>

#include <cmath>

namespace specctl {
namespace {

TEST(PointProcessTest, DispersionIsVarianceOverMean) {
  EXPECT_DOUBLE_EQ(*IndexOfDispersion(std::vector<uint64_t>{2, 4, 6}), 4.0 / 4);
  EXPECT_DOUBLE_EQ(*IndexOfDispersion(std::vector<uint64_t>{5, 5, 5}), 0);
  EXPECT_EQ(IndexOfDispersion(std::vector<uint64_t>{5}), std::nullopt);
  EXPECT_EQ(IndexOfDispersion(std::vector<uint64_t>{0, 0}), std::nullopt);
}

// Points of chi square over its degrees of freedom, from tables: 2.700 and 19.023 of 9; 74.222 and
// 129.561 of 100.
TEST(PointProcessTest, ThePoissonRangeIsChiSquares) {
  EXPECT_NEAR(PoissonDispersion(10).low, 2.700 / 9, 0.005);
  EXPECT_NEAR(PoissonDispersion(10).high, 19.023 / 9, 0.005);
  EXPECT_NEAR(PoissonDispersion(101).low, 74.222 / 100, 0.001);
  EXPECT_NEAR(PoissonDispersion(101).high, 129.561 / 100, 0.001);
}

TEST(PointProcessTest, TheDistanceIsTheLargestOnEitherSideOfAStep) {
  const auto uniform = [](double value) { return value; };
  const auto fit = FitTo({0.1, 0.2, 0.3, 0.4, 0.5}, uniform);
  EXPECT_DOUBLE_EQ(fit->distance, 0.5);
  // D = 0.5 of 5 values: (sqrt 5 + 0.12 + 0.11 / sqrt 5) 0.5 = 1.2026; Q = 0.1108.
  EXPECT_NEAR(fit->p_value, 0.1108, 0.0005);
}

TEST(PointProcessTest, AnEvenSampleFits) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back((i + 0.5) / 100);
  const auto fit = FitTo(values, [](double value) { return value; });
  EXPECT_NEAR(fit->distance, 0.005, 1e-12);
  EXPECT_EQ(fit->p_value, 1);
}

TEST(PointProcessTest, AnotherDistributionDoesNot) {
  std::vector<double> values;
  for (int i = 0; i < 1'000; ++i) values.push_back((i + 0.5) / 1'000);
  const auto fit = FitTo(values, [](double value) { return -std::expm1(-value); });
  EXPECT_LT(fit->p_value, 1e-9);
}

TEST(PointProcessTest, AFewValuesAreNoSample) {
  EXPECT_EQ(FitTo({0.1, 0.2, 0.3, 0.4}, [](double value) { return value; }), std::nullopt);
}

}  // namespace
}  // namespace specctl
