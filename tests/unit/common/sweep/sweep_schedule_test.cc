#include "common/sweep/sweep_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/common/sweep/modelled_server.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

Sweep Planned(const ScheduleOptions& options, std::vector<double> levels,
              const std::vector<std::string>& targets) {
  Sweep sweep = EmptySweep(targets);
  for (const double level : levels) {
    sweep.grid.loads.push_back({.kind = LoadKind::kConcurrency, .level = level});
  }
  PlanSweep(options, sweep);
  return sweep;
}

size_t CountOf(const Sweep& sweep, PointState state, PointRole role) {
  return static_cast<size_t>(std::count_if(
      sweep.points.begin(), sweep.points.end(),
      [&](const SweepPoint& point) { return point.state == state && point.role == role; }));
}

TEST(SweepScheduleTest, MeasuresAllOfTheGrid) {
  const ScheduleOptions options;
  Sweep sweep = Planned(options, {1, 4, 16, 64}, {"off", "dl3"});
  RunSchedule(options, {}, sweep);
  EXPECT_EQ(CountOf(sweep, PointState::kDone, PointRole::kGrid), 8u);
  EXPECT_EQ(CountOf(sweep, PointState::kDone, PointRole::kAnchor), 2u);
}

TEST(SweepScheduleTest, SkipsWhatLiesBeyondTheEndOfItsCurve) {
  const ScheduleOptions options;
  Sweep sweep = Planned(options, {1, 2, 4, 8, 128, 256, 512, 1024, 2048}, {"off"});
  RunSchedule(options, {.requests_max = 96}, sweep);
  for (const SweepPoint& point : sweep.points) {
    if (point.state != PointState::kSkipped) continue;
    EXPECT_GE(point.key.load.level, 256);
    EXPECT_THAT(point.reason, HasSubstr("requests queue"));
  }
  EXPECT_GE(CountOf(sweep, PointState::kSkipped, PointRole::kGrid), 1u);
}

TEST(SweepScheduleTest, ABudgetThatIsLeftGoesWhereIntervalsAreWide) {
  const ScheduleOptions options{.anchors = false, .budget_s = 300};
  Sweep sweep = Planned(options, {1, 4}, {"off"});
  RunSchedule(options, {.error = 0.05, .run_s = 30}, sweep);
  EXPECT_EQ(sweep.points.size(), 10u);
  EXPECT_EQ(CountOf(sweep, PointState::kDone, PointRole::kRepeat), 8u);
  EXPECT_EQ(SeedOfPoint(sweep, 0, 7), 7u);
  EXPECT_EQ(SeedOfPoint(sweep, 2, 7), 8u) << "other prompts first";
  EXPECT_EQ(SeedOfPoint(sweep, 9, 7), 11u);
}

TEST(SweepScheduleTest, ABudgetThatIsSpentSkipsTheRest) {
  const ScheduleOptions options{.anchors = false, .budget_s = 100};
  Sweep sweep = Planned(options, {1, 4, 16, 64}, {"off", "dl3"});
  RunSchedule(options, {.run_s = 30}, sweep);
  EXPECT_EQ(CountOf(sweep, PointState::kDone, PointRole::kGrid), 3u);
  EXPECT_EQ(CountOf(sweep, PointState::kSkipped, PointRole::kGrid), 5u);
  EXPECT_EQ(sweep.points.back().reason, "--budget 100 s was spent");
}

TEST(SweepScheduleTest, APairFollowsItsPoints) {
  const ScheduleOptions options{.anchors = false, .paired = true};
  Sweep sweep = Planned(options, {1, 4}, {"off", "dl3"});
  ASSERT_EQ(sweep.pairs.size(), 2u);
  EXPECT_EQ(sweep.pairs[0].baseline, "off");
  EXPECT_EQ(sweep.pairs[0].key.target, "dl3");
  const ModelledServer server;
  std::string order;
  for (NextRun next = AdvanceSweep(options, sweep); next.kind != NextRun::Kind::kNone;
       next = AdvanceSweep(options, sweep)) {
    order += next.kind == NextRun::Kind::kPair ? 'p' : '.';
    if (next.kind == NextRun::Kind::kPoint) server.Measure(sweep.points[next.index]);
    if (next.kind == NextRun::Kind::kPair) sweep.pairs[next.index].state = PointState::kDone;
  }
  EXPECT_EQ(order, "..p..p");
}

TEST(SweepScheduleTest, APairOfAPointThatFailedIsNotMeasured) {
  const ScheduleOptions options{.anchors = false, .paired = true};
  Sweep sweep = Planned(options, {1}, {"off", "dl3"});
  ModelledServer().Measure(sweep.points[0]);
  sweep.points[1].state = PointState::kFailed;
  EXPECT_EQ(AdvanceSweep(options, sweep).kind, NextRun::Kind::kNone);
  EXPECT_EQ(sweep.pairs[0].state, PointState::kSkipped);
  EXPECT_THAT(sweep.pairs[0].reason, HasSubstr("was not measured there"));
}

TEST(SweepScheduleTest, APairOfAPointThatIsMeasuredAfterAllFollowsIt) {
  const ScheduleOptions options{.anchors = false, .paired = true};
  Sweep sweep = Planned(options, {1}, {"off", "dl3"});
  ModelledServer().Measure(sweep.points[0]);
  sweep.points[1].state = PointState::kFailed;
  AdvanceSweep(options, sweep);
  ASSERT_EQ(sweep.pairs[0].state, PointState::kSkipped);
  ModelledServer().Measure(sweep.points[1]);
  EXPECT_EQ(AdvanceSweep(options, sweep).kind, NextRun::Kind::kPair);
  EXPECT_EQ(sweep.pairs[0].reason, "");
}

// As a process that ends after every run, and one that takes over from sweep.json.
TEST(SweepScheduleTest, GoesOnAfterAResumeAsIfItHadNeverStopped) {
  for (const bool automatic : {false, true}) {
    ScheduleOptions options{.seed = 5, .budget_s = 3000, .paired = true};
    if (automatic) options.find = FindLoads{.bs_max = 512, .limits = {}, .seed = 5};
    const std::vector<double> levels =
        automatic ? std::vector<double>{} : std::vector<double>{1, 8, 64, 128, 256, 512};
    const ModelledServer server{.error = 0.05};
    Sweep undisturbed = Planned(options, levels, {"off", "dl3"});
    RunSchedule(options, server, undisturbed);
    Sweep resumed = Planned(options, levels, {"off", "dl3"});
    RunSchedule(options, server, resumed, [](Sweep& sweep) { sweep = ThroughJson(sweep); });
    EXPECT_EQ(SweepJson(undisturbed), SweepJson(resumed));
    EXPECT_GT(undisturbed.points.size(), 12u);
  }
}

}  // namespace
}  // namespace specctl::testing
