#include "common/sweep/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

class DriftTest : public ::testing::Test {
 protected:
  DriftTest() {
    made_.AddTarget({.name = "off"});
    made_.AddTarget({.name = "dl3"});
    made_.AddDataset("d", 1000);
  }
  void AddAnchors(const std::string& target, std::vector<double> tps, double error) {
    for (size_t i = 0; i < tps.size(); ++i) {
      HandMadePoint point = made_.AddPoint(target, 4).Set("output_tps", "value", tps[i], error);
      if (i > 0) point->role = PointRole::kAnchor;
    }
  }
  HandMadeSweep made_;
};

TEST_F(DriftTest, ShowsWhereAnchorsDifferBeyondNoise) {
  AddAnchors("off", {400, 401, 360}, 2);
  AddAnchors("dl3", {800, 802, 799}, 2);
  Sweep& sweep = made_.sweep();
  const auto found = FindDrift(sweep);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].target, "off");
  EXPECT_EQ(found[0].after, 360);
  EXPECT_THAT(DriftText(found[0]), HasSubstr("off drifted: output TPS 401"));
  LabelDrift(sweep);
  for (const SweepPoint& point : sweep.points) {
    EXPECT_EQ(point.measured.HasLabel("drift"), point.key.target == "off");
  }
}

TEST_F(DriftTest, NoiseIsNone) {
  AddAnchors("off", {400, 380, 420}, 20);
  EXPECT_TRUE(FindDrift(made_.sweep()).empty());
}

TEST_F(DriftTest, LessThanAPerCentIsNoneHoweverSure) {
  AddAnchors("off", {400, 403}, 0.01);
  EXPECT_TRUE(FindDrift(made_.sweep()).empty());
}

TEST_F(DriftTest, RunsOfAnInvalidVerdictAndRepeatsSayNothing) {
  AddAnchors("off", {400, 300}, 2);
  made_.sweep();
  Sweep sweep = made_.sweep();
  sweep.points[1].measured.verdict = VerdictState::kInvalid;
  EXPECT_TRUE(FindDrift(sweep).empty());
  sweep.points[1].measured.verdict = VerdictState::kValid;
  sweep.points[1].role = PointRole::kRepeat;
  EXPECT_TRUE(FindDrift(sweep).empty());
}

}  // namespace
}  // namespace specctl::testing
