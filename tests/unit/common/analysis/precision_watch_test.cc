#include "common/analysis/precision_watch.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

const PrecisionGoal kTps{"output_tps", "value", 0.05};

FigureSet Tps(double half_width_share) {
  FigureSet figures;
  figures.throughput.output_tps =
      Estimate{.value = 1, .low = 1 - half_width_share, .high = 1 + half_width_share};
  return figures;
}

TEST(PrecisionWatchTest, WithoutGoalsItNeverLooks) {
  PrecisionWatch watch({});
  EXPECT_FALSE(watch.IsDue(1e6));
  EXPECT_FALSE(watch.met());
  EXPECT_EQ(watch.text(), "");
}

TEST(PrecisionWatchTest, TwoLooksInARowMustMeetTheGoal) {
  PrecisionWatch watch({kTps});
  EXPECT_FALSE(watch.IsDue(39));
  EXPECT_EQ(watch.text(), "until output_tps +-5%: first look after 40 s of the hold");
  ASSERT_TRUE(watch.IsDue(40));
  FigureSet figures = Tps(0.04);
  watch.OnLook(20, &figures);
  EXPECT_FALSE(watch.met());
  EXPECT_DOUBLE_EQ(watch.expected_s().value(), 30);
  EXPECT_FALSE(watch.IsDue(29.9));
  ASSERT_TRUE(watch.IsDue(30));
  figures = Tps(0.06);  // the first was luck
  watch.OnLook(30, &figures);
  figures = Tps(0.049);
  watch.OnLook(40, &figures);
  EXPECT_FALSE(watch.met());
  watch.OnLook(60, &figures);
  EXPECT_TRUE(watch.met());
  EXPECT_FALSE(watch.IsDue(1e6)) << "once is enough";
  EXPECT_EQ(watch.text(), "output_tps +-4.9% (until +-5%)");
}

TEST(PrecisionWatchTest, TheNextLookIsWhenTheGoalShouldBeMet) {
  PrecisionWatch watch({kTps});
  FigureSet figures = Tps(0.0625);
  watch.OnLook(20, &figures);
  EXPECT_DOUBLE_EQ(watch.expected_s().value(), 1.5 * 20 * 1.25 * 1.25) << "two in a row";
  EXPECT_FALSE(watch.IsDue(31));
  EXPECT_TRUE(watch.IsDue(31.3));
  EXPECT_EQ(watch.text(), "output_tps +-6.2% (until +-5%)");
  // Far away it is looked at before.
  figures = Tps(0.5);
  watch.OnLook(32, &figures);
  EXPECT_DOUBLE_EQ(watch.expected_s().value(), 1.5 * 3'200);
  EXPECT_FALSE(watch.IsDue(63));
  EXPECT_TRUE(watch.IsDue(64));
}

TEST(PrecisionWatchTest, TheFarthestGoalCounts) {
  PrecisionWatch watch({kTps, {"ttft_ms", "p99", 0.1}});
  FigureSet figures = Tps(0.01);
  watch.OnLook(20, &figures);
  watch.OnLook(30, &figures);
  EXPECT_FALSE(watch.met());
  EXPECT_EQ(watch.text(), "ttft_ms_p99: no interval yet (until +-10%)");
  EXPECT_FALSE(watch.expected_s());
  EXPECT_FALSE(watch.IsDue(59));
  EXPECT_TRUE(watch.IsDue(60));
}

TEST(PrecisionWatchTest, AQuantileOfTooFewSaysWhatItLacks) {
  PrecisionWatch watch({{"ttft_ms", "p99", 0.05}});
  FigureSet figures;
  Distribution ttft;
  ttft.count = 900;
  ttft.p99 = 400;
  ttft.intervals.emplace();
  ttft.intervals->effective = 800;
  ttft.intervals->p99 = {.low = 380, .high = std::nullopt};
  figures.latency.ttft_ms = ttft;
  watch.OnLook(20, &figures);
  EXPECT_EQ(watch.text(),
            "ttft_ms_p99: an interval needs 1000 independent requests, 800 so far (until +-5%)");
  EXPECT_DOUBLE_EQ(watch.expected_s().value(), 56.25) << "two looks from 25 s on";
  EXPECT_FALSE(watch.IsDue(37));
  EXPECT_TRUE(watch.IsDue(37.5));
}

TEST(PrecisionWatchTest, WithoutAHeadlineThereIsNoInterval) {
  PrecisionWatch watch({kTps});
  watch.OnLook(20, nullptr);
  EXPECT_EQ(watch.text(), "output_tps: no interval yet (until +-5%)");
  EXPECT_FALSE(watch.met());
}

// tests/bench/coverage_bench --until has more runs, all figures and tighter limits.
TEST(PrecisionWatchTest, WhatIsStoppedStillCovers) {
  const SteadyTraffic traffic{
      .kind = TrafficKind::kAutocorrelated, .hold_s = 200, .requests_per_s = 20, .osl = 8};
  const StoppedCoverage stopped = StoppedCoverageOf(traffic, "ttft p50", 0.05, 40, 1);
  const IntervalCoverage& coverage = stopped.coverage;
  EXPECT_LE(stopped.not_met, 2);
  EXPECT_EQ(coverage.absent, 0);
  EXPECT_GE(coverage.held, 0.83 * coverage.runs) << "38 of 40 are expected";
  EXPECT_LT(stopped.hold_s_mean, 150) << "no run needs all of its time";
}

}  // namespace
}  // namespace specctl
