#include "tools/sim/exposition_text.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(ExpositionTextTest, LabelsAreSortedAndEscaped) {
  ExpositionText text;
  text.Gauge("g", "Help.", {{"b", "1"}, {"a", "x\"y\\z\n"}}, 2.5);
  EXPECT_EQ(std::move(text).TakeText(),
            "# HELP g Help.\n# TYPE g gauge\ng{a=\"x\\\"y\\\\z\\n\",b=\"1\"} 2.5\n");
}

TEST(ExpositionTextTest, AHistogramBeginsWithItsSum) {
  static constexpr double kBounds[] = {1, 2};
  Histogram histogram(kBounds);
  histogram.Observe(1.5, 2);
  ExpositionText text;
  text.BeginHistogram("h", "Help.");
  text.HistogramSamples({{"m", "x"}}, histogram);
  EXPECT_EQ(std::move(text).TakeText(),
            "# HELP h Help.\n# TYPE h histogram\nh_sum{m=\"x\"} 3.0\nh_bucket{le=\"1.0\",m=\"x\"} "
            "0.0\nh_bucket{le=\"2.0\",m=\"x\"} 2.0\nh_bucket{le=\"+Inf\",m=\"x\"} "
            "2.0\nh_count{m=\"x\"} 2.0\n");
}

}  // namespace
}  // namespace specctl::sim
