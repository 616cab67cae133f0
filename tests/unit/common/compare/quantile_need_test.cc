#include "common/compare/quantile_need.h"

#include <gtest/gtest.h>

#include "common/compare/measured_run.h"

namespace specctl {
namespace {

TEST(QuantileNeedTest, TenValuesLieBeyond) {
  EXPECT_EQ(ValuesNeeded("p50"), 20u);
  EXPECT_EQ(ValuesNeeded("p90"), 100u);
  EXPECT_EQ(ValuesNeeded("p95"), 200u);
  EXPECT_EQ(ValuesNeeded("p1"), 1000u);
  EXPECT_EQ(ValuesNeeded("p99"), 1000u);
  EXPECT_EQ(ValuesNeeded("p999"), 10'000u);
  EXPECT_FALSE(ValuesNeeded("mean"));
  EXPECT_FALSE(ValuesNeeded("value"));
}

bool HasBound(const Statistic& statistic, uint64_t count) {
  FigureSet set;
  set.latency.ttft_ms = Distribution{.count = count};
  const std::vector<FigureSet> without(10, set);
  const MeasuredFigures figures = MeasureFigures(set, {.without_each = without, .halves = {}});
  return FindMeasured(figures, "ttft_ms")->Find(statistic.key)->measured.spread.has_value();
}

// What is said to be needed must be what measuring goes by.
TEST(QuantileNeedTest, MeasuringGoesByTheSame) {
  for (const Statistic& statistic : Statistics()) {
    const std::optional<uint64_t> needed = ValuesNeeded(statistic.key);
    if (!needed) continue;
    EXPECT_FALSE(HasBound(statistic, *needed - 1)) << statistic.key;
    EXPECT_TRUE(HasBound(statistic, *needed + 1)) << statistic.key;
  }
}

}  // namespace
}  // namespace specctl
