#include "common/stats/spread.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(SpreadTest, StudentsTIsNearTheTables) {
  EXPECT_NEAR(StudentTBeyond(kZ975, 4), 2.776, 0.02);
  EXPECT_NEAR(StudentTBeyond(kZ975, 19), 2.093, 0.002);
  EXPECT_NEAR(StudentTBeyond(kZ95, 9), 1.833, 0.005);
  EXPECT_DOUBLE_EQ(StudentTBeyond(kZ975, 1e9), kZ975);
}

// Means of `n` draws around 10, each drawn with correlation `r` to the one before it.
Measured MeanOfSeries(std::mt19937_64& random, size_t n, double r) {
  std::normal_distribution<double> noise;
  std::vector<double> series;
  double last = noise(random), sum = 0;
  for (size_t i = 0; i < n; ++i) {
    last = r * last + std::sqrt(1 - r * r) * noise(random);
    series.push_back(10 + last);
    sum += series.back();
  }
  std::vector<double> without_one;
  for (const double value : series) {
    without_one.push_back((sum - value) / static_cast<double>(n - 1));
  }
  const double mean = sum / static_cast<double>(n);
  return {.value = mean, .spread = SpreadOfBlocks(mean, without_one)};
}

double FalseCalls(size_t n, double r) {
  std::mt19937_64 random(7);
  constexpr int kPairs = 2000;
  int calls = 0;
  for (int i = 0; i < kPairs; ++i) {
    const Measured a = MeanOfSeries(random, n, r);
    const Measured difference = DifferenceOf(a, MeanOfSeries(random, n, r));
    if (*difference.Low(kZ975) > 0 || *difference.High(kZ975) < 0) ++calls;
  }
  return static_cast<double>(calls) / kPairs;
}

TEST(SpreadTest, EqualSeriesAreRarelyCalledDifferent) {
  EXPECT_LT(FalseCalls(20, 0), 0.05);
  EXPECT_LT(FalseCalls(5, 0), 0.05);
  // Neighbours that are alike are worth less than as many that are independent.
  EXPECT_LT(FalseCalls(20, 0.3), 0.06);
}

TEST(SpreadTest, ARealDifferenceIsFound) {
  std::mt19937_64 random(3);
  Measured a = MeanOfSeries(random, 20, 0), b = MeanOfSeries(random, 20, 0);
  b.value += 3;
  const Measured difference = DifferenceOf(a, b);
  EXPECT_GT(*difference.Low(kZ975), 1);
  EXPECT_LT(PValueOfZero(difference), 0.001);
}

TEST(SpreadTest, FewBlocksHaveNoSpread) {
  EXPECT_FALSE(SpreadOfBlocks(1, std::vector<double>{1, 1, 1, 1}));
  EXPECT_TRUE(SpreadOfBlocks(1, std::vector<double>{1, 1, 1, 1, 1}));
}

TEST(SpreadTest, SidesAddWhereTheyMoveTheDifference) {
  const Measured a{.value = 10, .spread = SpreadOfInterval(10, {.low = 9, .high = 13})};
  const Measured b{.value = 20, .spread = SpreadOfInterval(20, {.low = 16, .high = 24})};
  const Measured difference = DifferenceOf(a, b);
  EXPECT_DOUBLE_EQ(difference.value, 10);
  EXPECT_NEAR(*difference.Low(kZ975), 10 - std::hypot(3, 4), 1e-9);
  EXPECT_NEAR(*difference.High(kZ975), 10 + std::hypot(1, 4), 1e-9);
}

TEST(SpreadTest, ABoundIsAddedWhole) {
  Measured a{.value = 10, .spread = SpreadOfInterval(10, {.low = 10, .high = 10})};
  Measured b{.value = 10.5, .spread = SpreadOfInterval(10.5, {.low = 10.5, .high = 10.5})};
  EXPECT_EQ(PValueOfZero(DifferenceOf(a, b)), 0);
  a.spread->bound = b.spread->bound = 0.3;
  EXPECT_EQ(PValueOfZero(DifferenceOf(a, b)), 1);
  EXPECT_LT(*DifferenceOf(a, b).Low(kZ975), 0);
}

TEST(SpreadTest, ARatioStaysAboveZero) {
  const Measured a{.value = 10, .spread = SpreadOfInterval(10, {.low = 1, .high = 19})};
  const Measured b{.value = 20, .spread = SpreadOfInterval(20, {.low = -5, .high = 45})};
  const auto ratio = RatioOf(a, b, kZ975);
  ASSERT_TRUE(ratio && ratio->interval);
  EXPECT_DOUBLE_EQ(ratio->value, 2);
  EXPECT_GT(ratio->interval->low, 0);
  EXPECT_GT(ratio->interval->high, 2);
  EXPECT_FALSE(RatioOf({.value = 0, .spread = {}}, b, kZ975));
  EXPECT_FALSE(RatioOf({.value = 5, .spread = {}}, b, kZ975)->interval);
}

TEST(SpreadTest, PValuesAreThoseOfTheTables) {
  const Measured normal{.value = kZ975, .spread = Spread{.below = 1, .above = 1, .degrees = 1e9}};
  EXPECT_NEAR(PValueOfZero(normal), 0.05, 1e-6);
  const Measured t{.value = 2.262, .spread = Spread{.below = 1, .above = 1, .degrees = 9}};
  EXPECT_NEAR(PValueOfZero(t), 0.05, 0.001);
  EXPECT_EQ(PValueOfZero({.value = 3, .spread = {}}), 1);
}

// Halves of a mean of n values are off by as much as the mean itself: sigma / sqrt(n).
TEST(SpreadTest, PartsShowTheErrorOfTheWhole) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(10, 2);
  double squares = 0;
  constexpr int kRuns = 200, kValues = 400;
  for (int run = 0; run < kRuns; ++run) {
    double all = 0, half = 0, quarter = 0;
    for (int i = 0; i < kValues; ++i) {
      const double value = normal(random);
      all += value / kValues;
      if (i % 2 == 0) half += value / (kValues / 2);
      if (i % 4 == 1) quarter += value / (kValues / 4);
    }
    const PartStatistic parts[] = {{half, 0.5}, {quarter, 0.25}};
    const double error = ErrorOfParts(all, parts);
    squares += error * error / kRuns;
  }
  EXPECT_NEAR(std::sqrt(squares), 2 / std::sqrt(kValues), 0.01);
  EXPECT_EQ(ErrorOfParts(3, {}), 0);
}

TEST(SpreadTest, AnIntervalByStudentsTIsGotBackFromItsSpread) {
  const Measured measured{.value = 10,
                          .spread = SpreadOfInterval(10, {.low = 8, .high = 13, .degrees = 7})};
  EXPECT_NEAR(*measured.Low(kZ975), 8, 1e-9);
  EXPECT_NEAR(*measured.High(kZ975), 13, 1e-9);
  EXPECT_NEAR(measured.spread->below, 2 / 2.365, 0.01);
}

}  // namespace
}  // namespace specctl
