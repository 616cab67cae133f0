#include "common/sweep/point_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

LoadLevel Bs(double level) { return {.kind = LoadKind::kConcurrency, .level = level}; }

// off and dl3 over two datasets.
Sweep TwoByTwo(std::vector<double> levels) {
  HandMadeSweep made;
  made.AddTarget({.name = "off"});
  made.AddTarget({.name = "dl3"});
  made.AddDataset("throughput_1k", 1000);
  made.AddDataset("throughput_8k", 8000);
  Sweep sweep = made.sweep();
  for (const double level : levels) sweep.grid.loads.push_back(Bs(level));
  return sweep;
}

std::string Shown(const std::vector<SweepPoint>& points) {
  std::string text;
  for (const SweepPoint& point : points) text += PointText(point.key) + "; ";
  return text;
}

TEST(PointOrderTest, EveryPointOfTheGridComesOnce) {
  const Sweep sweep = TwoByTwo({1, 4, 16, 64, 256});
  std::map<std::string, int> seen;
  for (const SweepPoint& point : PointsOfGrid(sweep, 7, true)) {
    if (point.role == PointRole::kGrid) ++seen[PointText(point.key)];
  }
  EXPECT_EQ(seen.size(), 20u);
  for (const auto& [text, times] : seen) EXPECT_EQ(times, 1) << text;
}

TEST(PointOrderTest, IsThatOfTheSeed) {
  const Sweep sweep = TwoByTwo({1, 4, 16, 64, 256});
  EXPECT_EQ(Shown(PointsOfGrid(sweep, 7, true)), Shown(PointsOfGrid(sweep, 7, true)));
  EXPECT_NE(Shown(PointsOfGrid(sweep, 7, true)), Shown(PointsOfGrid(sweep, 8, true)));
}

TEST(PointOrderTest, TargetsTakeTurnsAtEachCell) {
  const Sweep sweep = TwoByTwo({1, 4, 16, 64, 256});
  const auto points = PointsOfGrid(sweep, 7, true);
  ASSERT_EQ(points.size() % 2, 0u);
  std::set<std::string> first;
  for (size_t i = 0; i < points.size(); i += 2) {
    EXPECT_EQ(points[i].key.load, points[i + 1].key.load);
    EXPECT_EQ(points[i].key.dataset, points[i + 1].key.dataset);
    EXPECT_NE(points[i].key.target, points[i + 1].key.target);
    first.insert(points[i].key.target);
  }
  EXPECT_EQ(first.size(), 2u) << "either comes first at some cells";
}

TEST(PointOrderTest, LoadsGoUpInBlocksButNotWithinOne) {
  const Sweep sweep = TwoByTwo({1, 4, 16, 64, 256});
  EXPECT_EQ(BlocksOf(sweep.grid.loads).size(), 2u);
  double most_of_first = 0;
  bool falls = false;
  const auto points = PointsOfGrid(sweep, 7, true);
  const auto second = std::find_if(points.begin(), points.end(), [](const SweepPoint& point) {
    return point.key.load.level >= 16;
  });
  for (auto it = points.begin(); it != second; ++it) {
    falls = falls || it->key.load.level < most_of_first;
    most_of_first = std::max(most_of_first, it->key.load.level);
  }
  EXPECT_LE(most_of_first, 4);
  EXPECT_TRUE(falls);
  for (auto it = second; it != points.end(); ++it) {
    EXPECT_TRUE(it->role == PointRole::kAnchor || it->key.load.level >= 16);
  }
}

TEST(PointOrderTest, AnAnchorStandsAtBothEndsAndBetweenBlocks) {
  const Sweep sweep = TwoByTwo({1, 4, 16, 64, 256});
  const auto points = PointsOfGrid(sweep, 7, true);
  const LoadLevel anchor = *AnchorLoad(BlocksOf(sweep.grid.loads));
  EXPECT_EQ(points[0].key.load, anchor);
  EXPECT_EQ(points[0].key.dataset, "throughput_1k");
  EXPECT_EQ(points.back().role, PointRole::kAnchor);
  EXPECT_EQ(points.back().key.load, anchor);
  EXPECT_EQ(std::count_if(points.begin(), points.end(),
                          [](const SweepPoint& point) { return point.role == PointRole::kAnchor; }),
            4)
      << "two blocks, two targets";
}

TEST(PointOrderTest, ThereIsNoAnchorWithoutAnythingToCompareOrWhereNoneIsWanted) {
  EXPECT_EQ(PointsOfGrid(TwoByTwo({8}), 7, true).size(), 4u);
  EXPECT_EQ(PointsOfGrid(TwoByTwo({8, 16}), 7, false).size(), 8u);
}

TEST(PointOrderTest, TiersAndTemperaturesAreCurvesOfTheirOwn) {
  Sweep sweep = TwoByTwo({8});
  EXPECT_EQ(PlacesOf(sweep).size(), 2u);
  EXPECT_EQ(PlacesOf(sweep)[0].temperature, std::nullopt);
  sweep.grid.tiers = {"mixed", "low_entropy"};
  sweep.grid.temperatures = {0, 1};
  EXPECT_EQ(PlacesOf(sweep).size(), 8u);
  EXPECT_EQ(PlacesOf(sweep)[1].temperature, 1);
  EXPECT_EQ(PlacesOf(sweep)[2].tier, "low_entropy");
}

}  // namespace
}  // namespace specctl::testing
