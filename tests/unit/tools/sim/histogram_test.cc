#include "tools/sim/histogram.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(HistogramTest, BucketsAreCumulativeAndBoundsAreIncluded) {
  static constexpr double kBounds[] = {1, 2};
  Histogram histogram(kBounds);
  for (const double value : {0.5, 1.0, 1.5, 9.0}) histogram.Observe(value);
  EXPECT_EQ(histogram.Cumulative(0), 2u);
  EXPECT_EQ(histogram.Cumulative(1), 3u);
  EXPECT_EQ(histogram.Cumulative(2), 4u);
  EXPECT_EQ(histogram.count(), 4u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 12.0);
}

}  // namespace
}  // namespace specctl::sim
