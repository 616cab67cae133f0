#include "common/planning/speedup_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

class SpeedupTableTest : public ::testing::Test {
 protected:
  SpeedupTableTest() {
    made_.AddTarget({.name = "off", .speculation_method = "none"});
    made_.AddTarget({.name = "dl3", .draft_length = 3});
    made_.AddDataset("throughput_1k", 1000);
  }
  // User TPS of `off` is 100 everywhere; of dl3 it is `speedup` times that.
  HandMadePoint AddPair(double bs, double speedup, double error = 0.5) {
    made_.AddPoint("off", bs)
        .Set("user_tps", "mean", 100, error)
        .Set("output_tps", "value", 100 * bs, 1);
    return made_.AddPoint("dl3", bs)
        .Set("user_tps", "mean", 100 * speedup, error)
        .Set("output_tps", "value", 100 * bs * speedup, 1);
  }
  const SpeedupCurve& Make() {
    points_ = PoolPoints(made_.sweep());
    curves_ = CurvesOf(points_);
    speedups_ = SpeedupsOver("off", curves_, made_.sweep().pairs);
    return speedups_.at(0);
  }

  HandMadeSweep made_;
  std::vector<PooledPoint> points_;
  std::vector<Curve> curves_;
  std::vector<SpeedupCurve> speedups_;
};

TEST_F(SpeedupTableTest, IsTheRatioOfUserTpsWithItsInterval) {
  AddPair(16, 1.5, 1);
  const SpeedupCell& cell = Make().cells.at(0);
  EXPECT_NEAR(cell.speedup->value, 1.5, 1e-12);
  // Relative errors 1/100 and 1/150 in squares.
  EXPECT_NEAR(*cell.speedup->High(kZ975), 1.5 + 1.96 * 1.5 * 0.012019, 1e-3);
  EXPECT_EQ(cell.pays, Pays::kYes);
  EXPECT_THAT(cell.runs, ::testing::ElementsAre("run-1", "run-2"));
}

TEST_F(SpeedupTableTest, SeveralCrossingsAreFound) {
  AddPair(1, 2);
  AddPair(16, 0.8);
  AddPair(64, 0.7);
  AddPair(256, 1.25);
  const SpeedupCurve& curve = Make();
  ASSERT_EQ(curve.crossings.size(), 2u);
  EXPECT_FALSE(curve.crossings[0].pays_above);
  EXPECT_EQ(curve.crossings[0].below.level, 1);
  EXPECT_EQ(curve.crossings[0].above.level, 16);
  // ln 2 / (ln 2 - ln 0.8) of the way in octaves: 16^0.7565.
  EXPECT_NEAR(*curve.crossings[0].level, std::pow(16, 0.75647), 0.01);
  EXPECT_TRUE(curve.crossings[1].pays_above);
  EXPECT_EQ(curve.crossings[1].sure_below->level, 64);
  EXPECT_EQ(curve.crossings[1].sure_above->level, 256);
}

TEST_F(SpeedupTableTest, NoLevelIsGivenAcrossACliff) {
  AddPair(16, 1.3).Label("cliff");
  AddPair(64, 0.7);
  EXPECT_FALSE(Make().crossings.at(0).level);
}

TEST_F(SpeedupTableTest, NoLevelIsGivenAcrossACliffOfOneAlone) {
  AddPair(16, 1.3);
  made_.AddPoint("off", 48).Set("user_tps", "mean", 100, 0.5).Label("cliff");
  AddPair(64, 0.7);
  EXPECT_FALSE(Make().crossings.at(0).level);
}

TEST_F(SpeedupTableTest, ACliffBehindTheCrossingIsNoneOfIts) {
  AddPair(16, 1.3);
  AddPair(64, 0.7).Label("cliff");
  EXPECT_TRUE(Make().crossings.at(0).level);
}

TEST_F(SpeedupTableTest, ACrossingWithinNoiseIsSureFurtherOut) {
  AddPair(1, 1.5);
  AddPair(16, 1.002);
  AddPair(64, 0.999);
  AddPair(256, 0.8);
  const Crossing crossing = Make().crossings.at(0);
  EXPECT_EQ(crossing.below.level, 16);
  EXPECT_EQ(crossing.sure_below->level, 1);
  EXPECT_EQ(crossing.sure_above->level, 256);
}

TEST_F(SpeedupTableTest, WhereNothingIsCertainNothingIsSure) {
  AddPair(16, 1.002);
  AddPair(64, 0.999);
  const Crossing crossing = Make().crossings.at(0);
  EXPECT_FALSE(crossing.sure_below);
  EXPECT_FALSE(crossing.sure_above);
}

TEST_F(SpeedupTableTest, HigherTpsAndLowerUserTpsIsAConflict) {
  made_.AddPoint("off", 64).Set("user_tps", "mean", 30, 0.1).Set("output_tps", "value", 1800, 5);
  made_.AddPoint("dl3", 64).Set("user_tps", "mean", 25, 0.1).Set("output_tps", "value", 2000, 5);
  const SpeedupCell& cell = Make().cells.at(0);
  EXPECT_TRUE(cell.conflict);
  EXPECT_EQ(cell.pays, Pays::kNo);
}

TEST_F(SpeedupTableTest, OfRandomTokensThereIsNone) {
  made_.AddDataset("random", 1000, true);
  for (const char* target : {"off", "dl3"}) {
    made_.AddPoint(target, 16, "random").Set("user_tps", "mean", 100, 1);
  }
  const SpeedupCell& cell = Make().cells.at(0);
  EXPECT_FALSE(cell.speedup);
  EXPECT_EQ(cell.why_none, "its prompts are no language");
}

TEST_F(SpeedupTableTest, WhatWasMeasuredInPairsGoesBefore) {
  AddPair(16, 1.5);
  SweepPair pair{.key = made_.sweep().points.back().key, .baseline = "off", .run_id = "pair-1"};
  SetFigure("user_tps", "mean", MeasuredAs(1.4, 0.01), pair.ratios);
  made_.sweep().pairs.push_back(pair);
  const SpeedupCell& cell = Make().cells.at(0);
  EXPECT_TRUE(cell.paired);
  EXPECT_EQ(cell.speedup->value, 1.4);
  EXPECT_THAT(cell.runs, ::testing::ElementsAre("run-1", "run-2", "pair-1"));
}

TEST_F(SpeedupTableTest, APairServesWhicheverTargetWasNamedFirst) {
  AddPair(16, 1.5);
  PointKey key = made_.sweep().points.back().key;
  key.target = "off";
  SweepPair pair{.key = key, .baseline = "dl3", .run_id = "pair-1"};
  SetFigure("user_tps", "mean", MeasuredAs(0.8, 0.008), pair.ratios);
  made_.sweep().pairs.push_back(pair);
  const SpeedupCell& cell = Make().cells.at(0);
  EXPECT_TRUE(cell.paired);
  EXPECT_NEAR(cell.speedup->value, 1.25, 1e-9);
  EXPECT_NEAR(cell.speedup->spread->below, 0.0125, 1e-9);
}

TEST_F(SpeedupTableTest, APairThatFailedIsNone) {
  AddPair(16, 1.5);
  SweepPair pair{.key = made_.sweep().points.back().key, .baseline = "off", .run_id = "pair-1"};
  SetFigure("user_tps", "mean", MeasuredAs(1.4, 0.01), pair.ratios);
  pair.state = PointState::kFailed;
  made_.sweep().pairs.push_back(pair);
  EXPECT_FALSE(Make().cells.at(0).paired);
  pair.state = PointState::kDone;
  made_.sweep().pairs.push_back(pair);
  EXPECT_TRUE(Make().cells.at(0).paired) << "the next one counts";
}

TEST_F(SpeedupTableTest, AnUnusablePointHasAReason) {
  AddPair(16, 1.5)->measured.verdict = VerdictState::kInvalid;
  EXPECT_EQ(Make().cells.at(0).why_none, "dl3 at bs 16, throughput_1k is invalid");
}

}  // namespace
}  // namespace specctl::testing
