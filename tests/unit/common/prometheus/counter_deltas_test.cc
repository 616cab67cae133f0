#include "common/prometheus/counter_deltas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace specctl {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

CounterSeries Observed(std::initializer_list<double> values) {
  CounterSeries series;
  for (const double value : values) series.Observe(value);
  return series;
}

TEST(CounterSeriesTest, GrowthCountsFromTheFirstValue) {
  EXPECT_EQ(Observed({}).growth(), 0);
  EXPECT_EQ(Observed({100}).growth(), 0);
  EXPECT_EQ(Observed({100, 130, 130, 175}).growth(), 75);
  EXPECT_EQ(Observed({100, 130, 130, 175}).resets(), 0u);
}

TEST(CounterSeriesTest, AFallIsAResetAndGrowthGoesOnFromZero) {
  const CounterSeries series = Observed({100, 150, 20, 25, 3});
  EXPECT_EQ(series.growth(), 50 + 20 + 5 + 3);
  EXPECT_EQ(series.resets(), 2u);
}

TEST(CounterSeriesTest, ResetToZeroCounts) {
  const CounterSeries series = Observed({10, 0, 4});
  EXPECT_EQ(series.growth(), 4);
  EXPECT_EQ(series.resets(), 1u);
}

TEST(CounterSeriesTest, ValuesThatNoCounterHasArePassedOver) {
  const CounterSeries series = Observed({kNan, 10, kNan, -1, kInfinity, -kInfinity, 15});
  EXPECT_EQ(series.growth(), 5);
  EXPECT_EQ(series.resets(), 0u);
}

TEST(CounterSeriesTest, ARestartIsNoAlternation) {
  EXPECT_FALSE(Observed({100, 150, 20, 25, 90}).alternates());
  EXPECT_FALSE(Observed({40, 88, 0, 30, 120, 300}).alternates()) << "beyond where it was";
  EXPECT_FALSE(Observed({40, 88, 0, 50, 200, 0, 40, 300, 3, 60}).alternates()) << "again and again";
  EXPECT_FALSE(Observed({500, 0, 0, 0}).alternates());
  EXPECT_FALSE(Observed({9, 7, 5, 3}).alternates());
}

TEST(CounterSeriesTest, AFallAfterAFailedScrapeIsARestart) {
  CounterSeries series = Observed({88, 0, 120});
  series.Observe(0, /*after_failure=*/true);
  EXPECT_FALSE(series.alternates());
  EXPECT_EQ(series.resets(), 2u);
}

TEST(CounterSeriesTest, CountersThatComeBackToWhereEachWasAreSeveral) {
  EXPECT_TRUE(Observed({500'000, 900, 500'010, 905, 500'010, 912}).alternates());
  EXPECT_TRUE(Observed({900, 500'000, 900, 500'000, 900}).alternates()) << "idle servers too";
  EXPECT_TRUE(Observed({7, 7, 90, 91, 8, 9, 95, 95, 12}).alternates()) << "by chance";
  EXPECT_TRUE(Observed({300, 200, 100, 310, 205, 110, 320}).alternates()) << "three servers";
  EXPECT_TRUE(Observed({9, 70, 500, 9, 71, 500, 10, 71, 501, 10, 72, 503, 11}).alternates())
      << "three servers, upwards";
  EXPECT_TRUE(Observed({0, 50, 0, 50, 0}).alternates()) << "one of them without load";
}

}  // namespace
}  // namespace specctl
