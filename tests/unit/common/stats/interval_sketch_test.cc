#include "common/stats/interval_sketch.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using namespace std::chrono_literals;

TEST(IntervalSketchTest, ExactValuesLeaveNothingOpen) {
  IntervalValues values;
  for (int i = 1; i <= 100; ++i) values.AddExact(1ms * i);
  IntervalSketch sketch;
  sketch.AddValues(values);
  EXPECT_EQ(sketch.count(), 100u);
  EXPECT_EQ(sketch.inexact(), 0u);
  EXPECT_EQ(sketch.Lowest().Quantile(0.5), sketch.Highest().Quantile(0.5));
}

TEST(IntervalSketchTest, AQuantileOfTheTrueValuesLiesBetweenTheLowestAndTheHighest) {
  IntervalValues values;
  for (int i = 0; i < 98; ++i) values.AddExact(10ms);
  values.AddWithin(10ms, 1ms, 40ms);
  values.AddWithin(10ms, 2ms, 30ms);
  IntervalSketch sketch;
  sketch.AddValues(values);
  EXPECT_EQ(sketch.count(), 100u);
  EXPECT_EQ(sketch.inexact(), 2u);
  EXPECT_NEAR(static_cast<double>(sketch.Values().Quantile(0.99)->count()), 10e6, 10e3);
  EXPECT_NEAR(static_cast<double>(sketch.Highest().Quantile(0.99)->count()), 30e6, 20e3);
  EXPECT_NEAR(static_cast<double>(sketch.Lowest().Quantile(0.01)->count()), 1e6, 1e3);
  EXPECT_NEAR(static_cast<double>(sketch.Lowest().Quantile(0.5)->count()), 10e6, 10e3);
}

TEST(IntervalSketchTest, MergedIsTheSketchOfTheUnion) {
  IntervalValues first, second;
  first.AddExact(1ms);
  second.AddExact(3ms);
  second.AddWithin(2ms, 1ms, 5ms);
  IntervalSketch a, b;
  a.AddValues(first);
  b.AddValues(second);
  a.Merge(b);
  EXPECT_EQ(a.count(), 3u);
  EXPECT_EQ(a.Values().max(), std::optional<Nanos>(3ms));
  EXPECT_EQ(a.Highest().max(), std::optional<Nanos>(5ms));
}

}  // namespace
}  // namespace specctl
