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

}  // namespace
}  // namespace specctl
