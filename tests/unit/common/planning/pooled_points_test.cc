#include "common/planning/pooled_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

class PooledPointsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    made_.AddTarget({.name = "off"});
    made_.AddTarget({.name = "dl3"});
    made_.AddDataset("throughput_1k", 1000);
    made_.AddDataset("throughput_8k", 8000);
  }
  HandMadeSweep made_;
};

TEST_F(PooledPointsTest, StandInTheGridsOrderWhateverWasMeasuredFirst) {
  made_.AddPoint("dl3", 4);
  made_.AddPoint("off", 64, "throughput_8k");
  made_.AddPoint("off", 64);
  made_.AddPoint("off", 4);
  made_.AddPointAt(
      {.target = "off", .load = {.kind = LoadKind::kRate, .level = 1}, .dataset = "throughput_1k"});
  std::vector<std::string> places;
  for (const PooledPoint& point : PoolPoints(made_.sweep())) places.push_back(PointText(point.key));
  EXPECT_THAT(places, ElementsAre("off at bs 4, throughput_1k", "off at bs 64, throughput_1k",
                                  "off at 1 requests/s, throughput_1k",
                                  "off at bs 64, throughput_8k", "dl3 at bs 4, throughput_1k"));
}

TEST_F(PooledPointsTest, AnAnchorsRunsAreOnePoint) {
  made_.AddPoint("off", 4).Set("output_tps", "value", 100, 1);
  made_.AddPoint("off", 4).Set("output_tps", "value", 110, 1)->role = PointRole::kAnchor;
  const std::vector<PooledPoint> points = PoolPoints(made_.sweep());
  ASSERT_EQ(points.size(), 1u);
  EXPECT_THAT(points[0].runs, ElementsAre("run-1", "run-2"));
  EXPECT_EQ(points[0].Find("output_tps", "value")->value, 105);
  EXPECT_GT(points[0].scale, 5) << "they drifted apart";
}

TEST_F(PooledPointsTest, AnInvalidRunIsLeftOutWhereAnotherIsNot) {
  made_.AddPoint("off", 4).Set("output_tps", "value", 100, 1);
  made_.AddPoint("off", 4).Set("output_tps", "value", 50, 1)->measured.verdict =
      VerdictState::kInvalid;
  made_.AddPoint("dl3", 4)->measured.verdict = VerdictState::kInvalid;
  const std::vector<PooledPoint> points = PoolPoints(made_.sweep());
  EXPECT_THAT(points[0].runs, ElementsAre("run-1"));
  EXPECT_THAT(points[0].left_out, ElementsAre("run-2"));
  EXPECT_EQ(points[0].measured.verdict, VerdictState::kValid);
  EXPECT_EQ(points[1].measured.verdict, VerdictState::kInvalid);
  EXPECT_THAT(points[1].runs, ElementsAre("run-3"));
}

TEST_F(PooledPointsTest, ASkippedPointKeepsItsReason) {
  HandMadePoint point = made_.AddPoint("off", 4);
  point->state = PointState::kSkipped;
  point->reason = "over-saturated at bs 2";
  const std::vector<PooledPoint> points = PoolPoints(made_.sweep());
  EXPECT_FALSE(points[0].done());
  EXPECT_EQ(points[0].state, PointState::kSkipped);
  EXPECT_EQ(points[0].reason, "over-saturated at bs 2");
  EXPECT_TRUE(points[0].runs.empty());
}

TEST_F(PooledPointsTest, SlicesArePooledByTheirNames) {
  made_.AddPoint("off", 4).SetIn(Dimension::kTier, "mixed", "per_step", "value", 2.0, 0.1);
  made_.AddPoint("off", 4).SetIn(Dimension::kTier, "mixed", "per_step", "value", 2.2, 0.1);
  const std::vector<PooledPoint> points = PoolPoints(made_.sweep());
  EXPECT_NEAR(points[0].FindIn(Dimension::kTier, "mixed", "per_step", "value")->value, 2.1, 1e-12);
  EXPECT_EQ(points[0].FindIn(Dimension::kTier, "low_entropy", "per_step", "value"), nullptr);
}

TEST(AddRunsTest, EachIsThereOnce) {
  std::vector<std::string> runs = {"run-1"};
  AddRuns({"run-2", "run-1", "run-2"}, runs);
  EXPECT_EQ(runs, (std::vector<std::string>{"run-1", "run-2"}));
}

}  // namespace
}  // namespace specctl::testing
