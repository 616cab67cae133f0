#include "common/sweep/time_budget.h"

#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

class TimeBudgetTest : public ::testing::Test {
 protected:
  TimeBudgetTest() {
    made_.AddTarget({.name = "off"});
    made_.AddDataset("d", 1000);
  }
  HandMadePoint Add(double bs, double tps_error, double took_s) {
    HandMadePoint point = made_.AddPoint("off", bs).Set("output_tps", "value", 100, tps_error);
    point->took_s = took_s;
    return point;
  }
  HandMadeSweep made_;
};

TEST_F(TimeBudgetTest, TheWidestIntervalIsNarrowedFirst) {
  Add(1, 2, 10);
  Add(2, 8, 10);
  Add(4, 4, 10);
  const auto widest = WidestPoint(made_.sweep(), 60);
  ASSERT_TRUE(widest);
  EXPECT_EQ(widest->load.level, 2);
}

TEST_F(TimeBudgetTest, TimeCounts) {
  Add(1, 8, 100);
  Add(2, 6, 10);
  EXPECT_EQ(WidestPoint(made_.sweep(), 600)->load.level, 2) << "most for its time";
  EXPECT_FALSE(WidestPoint(made_.sweep(), 9)) << "no run is that short";
}

TEST_F(TimeBudgetTest, NarrowAndOverSaturatedPointsAreLeftAlone) {
  Add(1, 0.1, 10);
  Add(2, 8, 10).Label("saturated");
  Add(4, 8, 10).Label("unstable");
  Add(8, 8, 10)->measured.verdict = VerdictState::kInvalid;
  EXPECT_FALSE(WidestPoint(made_.sweep(), 600));
}

TEST_F(TimeBudgetTest, WhatTwoRunsCouldNotTellAThirdIsNotAskedFor) {
  Add(1, -1, 10);
  ASSERT_TRUE(WidestPoint(made_.sweep(), 600)) << "one more may tell";
  Add(1, -1, 10);
  EXPECT_FALSE(WidestPoint(made_.sweep(), 600));
}

TEST_F(TimeBudgetTest, APointWhoseRepeatFailedIsNotTriedAgain) {
  Add(1, 8, 10);
  HandMadePoint failed = made_.AddPoint("off", 1);
  failed->role = PointRole::kRepeat;
  failed->state = PointState::kFailed;
  EXPECT_FALSE(WidestPoint(made_.sweep(), 600));
}

TEST_F(TimeBudgetTest, WhatARunTakesIsThatOfItsPointElseTheMean) {
  Add(1, 1, 10);
  Add(2, 1, 30);
  const PointKey known = made_.sweep().points[1].key;
  EXPECT_EQ(SecondsExpected(made_.sweep(), known), 30);
  PointKey unknown = known;
  unknown.load.level = 64;
  EXPECT_EQ(SecondsExpected(made_.sweep(), unknown), 20);
  EXPECT_EQ(SecondsExpected({}, unknown), std::nullopt);
}

}  // namespace
}  // namespace specctl::testing
