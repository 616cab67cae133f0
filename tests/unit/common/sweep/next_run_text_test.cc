#include "common/sweep/next_run_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

Sweep TwoPoints() {
  Sweep sweep;
  sweep.points.push_back({.key = {.target = "off", .load = {.level = 16}, .dataset = "d"}});
  sweep.points.push_back(
      {.key = {.target = "dl3", .load = {.level = 4}, .dataset = "d"}, .role = PointRole::kAnchor});
  sweep.pairs.push_back({.key = {.target = "dl3", .load = {.level = 4}, .dataset = "d"},
                         .baseline = "off",
                         .state = PointState::kPlanned});
  return sweep;
}

TEST(NextRunTextTest, SaysItsPlaceAndWhatItIs) {
  Sweep sweep = TwoPoints();
  EXPECT_EQ(NextRunText(sweep, {.kind = NextRun::Kind::kPoint, .index = 0}),
            "[1/3] off at bs 16, d");
  sweep.points[0].state = PointState::kDone;
  EXPECT_EQ(NextRunText(sweep, {.kind = NextRun::Kind::kPoint, .index = 1}),
            "[2/3] dl3 at bs 4, d, again as the anchor");
  sweep.points[1].role = PointRole::kRepeat;
  sweep.points[1].state = PointState::kFailed;
  EXPECT_EQ(NextRunText(sweep, {.kind = NextRun::Kind::kPair, .index = 0}),
            "[3/3] pair off and dl3 at bs 4, d");
}

TEST(NextRunTextTest, SaysWhatFailed) {
  Sweep sweep = TwoPoints();
  EXPECT_EQ(RunOutcomeText(sweep, {.kind = NextRun::Kind::kPoint, .index = 0}), "");
  sweep.points[0].state = PointState::kFailed;
  sweep.points[0].reason = "nobody there";
  EXPECT_EQ(RunOutcomeText(sweep, {.kind = NextRun::Kind::kPoint, .index = 0}),
            "failed: nobody there");
  sweep.pairs[0].state = PointState::kFailed;
  sweep.pairs[0].reason = "nor there";
  EXPECT_EQ(RunOutcomeText(sweep, {.kind = NextRun::Kind::kPair, .index = 0}), "failed: nor there");
}

}  // namespace
}  // namespace specctl
