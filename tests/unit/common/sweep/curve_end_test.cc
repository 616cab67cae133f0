#include "common/sweep/curve_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

class CurveEndTest : public ::testing::Test {
 protected:
  CurveEndTest() {
    made_.AddTarget({.name = "off"});
    made_.AddTarget({.name = "dl3"});
    made_.AddDataset("d", 1000);
  }
  HandMadePoint Add(double bs, double tps, double error) {
    return made_.AddPoint("off", bs).Set("output_tps", "value", tps, error);
  }
  std::optional<CurveEnd> End() {
    const auto pooled = PoolPoints(made_.sweep());
    return FindCurveEnd(pooled, {.target = "off", .load = {}, .dataset = "d"});
  }

  HandMadeSweep made_;
};

TEST_F(CurveEndTest, IsWhereThroughputStaysAndRequestsQueue) {
  Add(1, 100, 1);
  Add(16, 900, 5);
  Add(64, 905, 5).Label("queued");
  const auto end = End();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->load.level, 64);
  EXPECT_EQ(end->reason,
            "beyond bs 16 output TPS does not rise (900, and 905 at bs 64), and requests queue");
}

TEST_F(CurveEndTest, AnUnstableQueueEndsIt) {
  Add(16, 900, 5);
  Add(64, 890, 5).Label("unstable");
  ASSERT_TRUE(End());
  EXPECT_THAT(End()->reason, HasSubstr("the queue grows"));
}

TEST_F(CurveEndTest, AnInvalidPointEndsNothing) {
  Add(16, 900, 5);
  HandMadePoint invalid = Add(64, 890, 5).Label("queued");
  EXPECT_TRUE(End());
  invalid->measured.verdict = VerdictState::kInvalid;
  EXPECT_FALSE(End());
}

TEST_F(CurveEndTest, IsNotWhereThroughputRisesOrNobodyWaits) {
  Add(16, 900, 5);
  Add(64, 1000, 5).Label("queued");
  EXPECT_FALSE(End());
  Add(256, 1001, 5).Set("servers_waiting", "mean", 0, -1).Set("ttft_ms", "p50", 900, 1);
  EXPECT_FALSE(End()) << "the servers say that nobody waits";
}

TEST_F(CurveEndTest, ARiseWithinNoiseIsNone) {
  Add(16, 900, 40);
  Add(64, 935, 40).Label("queued");
  EXPECT_TRUE(End()) << "4 % more, within 95 %";
}

TEST_F(CurveEndTest, ARiseBeyondNoiseIsOneHoweverSmall) {
  Add(16, 900, 1);
  Add(64, 935, 1).Label("queued");
  EXPECT_FALSE(End()) << "4 % more, beyond 95 %";
}

TEST_F(CurveEndTest, AWideIntervalEndsNothing) {
  Add(16, 900, 400);
  Add(64, 1500, 400).Label("queued");
  EXPECT_FALSE(End()) << "it may well rise";
}

TEST_F(CurveEndTest, WithoutMetricsTheFirstTokenTellsOfTheQueue) {
  Add(16, 900, 5).Set("ttft_ms", "p50", 100, 1);
  Add(64, 900, 5).Set("ttft_ms", "p50", 140, 1);
  EXPECT_FALSE(End());
  Add(256, 900, 5).Set("ttft_ms", "p50", 160, 1);
  ASSERT_TRUE(End());
  EXPECT_EQ(End()->load.level, 256);
  EXPECT_THAT(End()->reason, HasSubstr("TTFT p50 grows from 100 to 160 ms"));
}

TEST_F(CurveEndTest, OfOpenLoopsIsTheFirstThatIsUnstableOrSheds) {
  const auto key = [](double rate) {
    return PointKey{.target = "off", .load = {LoadKind::kRate, rate}, .dataset = "d"};
  };
  made_.AddPointAt(key(2)).Set("shed", "value", 0, -1);
  made_.AddPointAt(key(4)).Set("shed", "value", 3, -1);
  const auto pooled = PoolPoints(made_.sweep());
  const auto end = FindCurveEnd(pooled, key(1));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->reason, "at 4 requests/s 3 arrivals found no slot");
}

TEST_F(CurveEndTest, WhatLiesBeyondIsSkippedWithTheReasonAndMarked) {
  Add(16, 900, 5);
  Add(64, 905, 5).Label("queued");
  made_.AddPoint("off", 256)->state = PointState::kPlanned;
  made_.AddPoint("dl3", 256)->state = PointState::kPlanned;
  Sweep& sweep = made_.sweep();
  EndCurves(sweep);
  EXPECT_FALSE(sweep.points[0].measured.HasLabel("saturated"));
  EXPECT_TRUE(sweep.points[1].measured.HasLabel("saturated"));
  EXPECT_EQ(sweep.points[2].state, PointState::kSkipped);
  EXPECT_THAT(sweep.points[2].reason, HasSubstr("beyond bs 16"));
  EXPECT_EQ(sweep.points[3].state, PointState::kPlanned) << "another curve goes on";
}

TEST_F(CurveEndTest, AnEndThatMovesGivesBackWhatItSkipped) {
  Add(16, 900, 5);
  made_.AddPoint("off", 256)->state = PointState::kPlanned;
  made_.AddPoint("off", 512)->state = PointState::kSkipped;
  Add(64, 905, 5).Label("queued");
  Sweep& sweep = made_.sweep();
  sweep.points[2].reason = "--budget 5m was spent";
  EndCurves(sweep);
  ASSERT_EQ(sweep.points[1].state, PointState::kSkipped);
  sweep.points[3].measured.labels.clear();
  EndCurves(sweep);
  EXPECT_EQ(sweep.points[1].state, PointState::kPlanned);
  EXPECT_EQ(sweep.points[1].reason, "");
  EXPECT_EQ(sweep.points[2].state, PointState::kSkipped) << "there is no time for it";
}

}  // namespace
}  // namespace specctl::testing
