#include "common/planning/pooled_figures.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

TEST(PooledFiguresTest, ErrorsOfAgreeingRunsShrinkByTheSquareRoot) {
  const std::vector<WeighedMeasured> runs = {{MeasuredAs(100, 2), 30},
                                             {MeasuredAs(101, 2), 30},
                                             {MeasuredAs(99, 2), 30},
                                             {MeasuredAs(100, 2), 30}};
  const PooledMeasured pooled = PoolMeasured(runs);
  EXPECT_DOUBLE_EQ(pooled.measured.value, 100);
  EXPECT_DOUBLE_EQ(pooled.measured.spread->below, 1);
  EXPECT_EQ(pooled.scale, 1);
}

TEST(PooledFiguresTest, RunsThatDifferMoreThanTheirErrorsWidenIt) {
  const std::vector<WeighedMeasured> runs = {{MeasuredAs(90, 1), 30}, {MeasuredAs(110, 1), 30}};
  const PooledMeasured pooled = PoolMeasured(runs);
  EXPECT_DOUBLE_EQ(pooled.measured.value, 100);
  // chi2 = 10^2 + 10^2 at one degree of freedom.
  EXPECT_DOUBLE_EQ(pooled.scale, std::sqrt(200.0));
  EXPECT_NEAR(pooled.measured.spread->below, 10, 1e-9);
}

TEST(PooledFiguresTest, ALongerRunWeighsMore) {
  const std::vector<WeighedMeasured> runs = {{MeasuredAs(10, 1), 30}, {MeasuredAs(11, 1), 90}};
  EXPECT_DOUBLE_EQ(PoolMeasured(runs).measured.value, 10.75);
}

TEST(PooledFiguresTest, ARunWithoutASpreadDoesNotEnterBesideOthers) {
  const Measured bare{.value = 500, .spread = std::nullopt};
  const std::vector<WeighedMeasured> runs = {{MeasuredAs(10, 1), 30}, {bare, 30}};
  EXPECT_EQ(PoolMeasured(runs).measured.value, 10);
  const std::vector<WeighedMeasured> bares = {{bare, 10}, {{.value = 100, .spread = {}}, 30}};
  EXPECT_EQ(PoolMeasured(bares).measured.value, 200);
  EXPECT_FALSE(PoolMeasured(bares).measured.spread);
}

TEST(PooledFiguresTest, CountsAreAdded) {
  MeasuredFigures a, b;
  SetFigure("failed", "value", {.value = 2, .spread = {}}, a);
  SetFigure("failed", "value", {.value = 3, .spread = {}}, b);
  const std::vector<WeighedFigures> both = {{&a, 1}, {&b, 1}};
  EXPECT_EQ(PoolFigures(both).front().statistics.front().measured.value, 5);
}

TEST(PooledFiguresTest, TheIntervalHoldsTheTruthAsOftenAsItSays) {
  std::mt19937_64 random(14);
  std::normal_distribution<double> noise(0, 2);
  int held = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<WeighedMeasured> runs;
    for (int run = 0; run < 4; ++run) runs.push_back({MeasuredAs(100 + noise(random), 2), 30});
    const Measured pooled = PoolMeasured(runs).measured;
    if (*pooled.Low(kZ975) <= 100 && *pooled.High(kZ975) >= 100) ++held;
  }
  EXPECT_GE(held, kTrials * 94 / 100);  // at least: it is never narrowed
  EXPECT_LE(held, kTrials * 99 / 100);
}

}  // namespace
}  // namespace specctl::testing
