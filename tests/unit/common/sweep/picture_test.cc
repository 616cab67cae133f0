#include "common/sweep/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

HandMadeSweep TwoCurves() {
  HandMadeSweep made;
  made.AddTarget({.name = "off", .gpus = 2});
  made.AddTarget({.name = "dl3", .gpus = 2});
  made.AddDataset("throughput_1k", 1000);
  const auto add = [&](const std::string& target, double bs, double user, double tps) {
    made.AddPoint(target, bs).Set("user_tps", "p50", user, 1).Set("output_tps", "value", tps, 10);
  };
  add("off", 1, 50, 50);
  add("off", 16, 45, 700);
  add("off", 64, 40, 2400);
  add("dl3", 1, 100, 100);
  add("dl3", 16, 80, 1200);
  add("dl3", 64, 30, 2000);
  return made;
}

TEST(PictureTest, HasACurveForEachTargetAndThroughputForEachGpu) {
  const auto pictures = PicturesOf(TwoCurves().sweep());
  ASSERT_EQ(pictures.size(), 1u);
  const Picture& picture = pictures.front();
  EXPECT_EQ(picture.title, "throughput_1k");
  EXPECT_EQ(picture.y_title, "Output TPS per GPU");
  ASSERT_EQ(picture.curves.size(), 2u);
  EXPECT_EQ(picture.curves[0].name, "off");
  const PicturePoint& point = picture.curves[0].points[1];
  EXPECT_EQ(point.label, "16");
  EXPECT_EQ(point.x.value, 45);
  EXPECT_EQ(point.y.value, 350);
  EXPECT_NEAR(*point.y.high, 350 + 1.96 * 5, 0.1);
}

TEST(PictureTest, TheFrontIsWhatNothingBeatsInBoth) {
  const auto pictures = PicturesOf(TwoCurves().sweep());
  std::vector<std::string> front;
  for (const PictureCurve& curve : pictures.front().curves) {
    for (const PicturePoint& point : curve.points) {
      if (point.on_front) front.push_back(curve.name + point.label);
    }
  }
  EXPECT_THAT(front, ElementsAre("off64", "dl31", "dl316"));
}

TEST(PictureTest, WhatIsNoDataPointIsNotOnTheFrontAndKeepsNoneOff) {
  HandMadeSweep made = TwoCurves();
  made.AddPoint("dl3", 128)
      .Set("user_tps", "p50", 200, 1)
      .Set("output_tps", "value", 9000, 1)
      .Label("unstable");
  const auto pictures = PicturesOf(made.sweep());
  const PicturePoint& unstable = pictures.front().curves[1].points.back();
  EXPECT_FALSE(unstable.usable);
  EXPECT_FALSE(unstable.on_front);
  EXPECT_TRUE(pictures.front().curves[0].points.back().on_front);
}

TEST(PictureTest, WithoutAllGpusItShowsThroughputAsItIs) {
  HandMadeSweep made = TwoCurves();
  made.sweep().targets[1].gpus.reset();
  EXPECT_EQ(PicturesOf(made.sweep()).front().y_title, "Output TPS");
  EXPECT_EQ(PicturesOf(made.sweep()).front().curves[0].points[1].y.value, 700);
}

TEST(PictureTest, OneWideIntervalLeavesThePointsTheirRoom) {
  Picture picture;
  picture.curves.push_back({.name = "off",
                            .points = {{.x = {.value = 40, .low = 38, .high = 42},
                                        .y = {.value = 900, .low = 0, .high = 5'000}},
                                       {.x = {.value = 20, .low = 19, .high = 21},
                                        .y = {.value = 1'000, .low = 900, .high = 1'100}}}});
  EXPECT_DOUBLE_EQ(ReachOf(picture).x, 42);
  EXPECT_DOUBLE_EQ(ReachOf(picture).y, 1'250);
}

TEST(PictureTest, TicksAreRoundAndReachTheMost) {
  EXPECT_THAT(RoundTicks(93, 5), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(RoundTicks(0.031, 5), ElementsAre(0, 0.01, 0.02, 0.03, 0.04));
  EXPECT_THAT(RoundTicks(1, 5), ElementsAre(0, 0.2, 0.4, 0.6, 0.8, 1));
  EXPECT_THAT(RoundTicks(100, 2), ElementsAre(0, 50, 100));
  EXPECT_EQ(RoundTicks(0, 5).size(), 6u);
}

}  // namespace
}  // namespace specctl::testing
