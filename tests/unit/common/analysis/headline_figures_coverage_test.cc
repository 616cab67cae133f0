// The intervals of simulated steady runs hold the truth; tests/bench/coverage_bench shows more of
// them, with tighter limits.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

constexpr int kCoverageRuns = 60;

std::string TextOf(TrafficKind kind, const IntervalCoverage& row) {
  return std::string(TrafficName(kind)) + " " + std::string(row.figure) + ": held " +
         std::to_string(row.held) + ", below " + std::to_string(row.below) + ", above " +
         std::to_string(row.above) + ", absent " + std::to_string(row.absent) + ", width " +
         std::to_string(row.width_over_oracle);
}

class HeadlineCoverageTest : public ::testing::TestWithParam<TrafficKind> {};

TEST_P(HeadlineCoverageTest, IntervalsHoldTheTruth) {
  const SteadyTraffic traffic{.kind = GetParam(), .hold_s = 120, .requests_per_s = 30, .osl = 8};
  const auto rows = IntervalCoverageOf(traffic, kCoverageRuns, 1);
  ASSERT_EQ(rows.size(), 6u);
  for (const IntervalCoverage& row : rows) {
    const std::string text = TextOf(GetParam(), row);
    // Where few of the values are independent, p99 is a bound: what then is an interval is chance.
    if (row.absent > 0.2 * kCoverageRuns) {
      EXPECT_TRUE(row.figure.ends_with("p99")) << text;
      EXPECT_LT(row.effective, 1'500) << text;
      continue;
    }
    // 57 of 60 are expected; the benchmark, with 1,000 runs, has the tight limits.
    EXPECT_LT(std::abs(row.bias), 0.02) << text;
    EXPECT_GE(row.held, 0.83 * (row.runs - row.absent)) << text;
    EXPECT_LT(row.width_over_oracle, 1.5) << text;
    EXPECT_GT(row.width_over_oracle, 0.75) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Traffic, HeadlineCoverageTest,
                         ::testing::Values(TrafficKind::kIndependent, TrafficKind::kAutocorrelated,
                                           TrafficKind::kBursty));

// p99 of 600 requests is "at least", and seldom too high.
TEST(HeadlineCoverageTest, AP99OfFewRequestsIsABound) {
  const SteadyTraffic traffic{.hold_s = 30, .osl = 5};
  const SteadyTruth truth = TruthOf(traffic, 200'000);
  ASSERT_GT(truth.ttft_p99_ms, 300);
  for (const IntervalCoverage& row : IntervalCoverageOf(traffic, 40, 1)) {
    if (!row.figure.ends_with("p99")) continue;
    EXPECT_EQ(row.absent, row.runs) << row.figure;
    EXPECT_EQ(row.bounds, row.runs) << row.figure;
    // 2 in 40 are expected of a one-sided bound of 95 %.
    EXPECT_LE(row.bounds_missed, 6) << row.figure;
  }
}

}  // namespace
}  // namespace specctl
