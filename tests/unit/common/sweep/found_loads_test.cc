#include "common/sweep/found_loads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/common/sweep/modelled_server.h"

namespace specctl::testing {
namespace {

std::set<uint32_t> LoadsMeasured(const Sweep& sweep, const std::string& target) {
  std::set<uint32_t> loads;
  for (const SweepPoint& point : sweep.points) {
    if (point.key.target == target && point.state == PointState::kDone) {
      loads.insert(static_cast<uint32_t>(point.key.load.level));
    }
  }
  return loads;
}

bool HasCliff(const Sweep& sweep, double level) {
  for (const SweepPoint& point : sweep.points) {
    if (point.key.load.level == level && point.measured.HasLabel("cliff")) return true;
  }
  return false;
}

Sweep Found(const FindLoads& find, const ModelledServer& server) {
  const ScheduleOptions options{.find = find};
  Sweep sweep = EmptySweep({"off"});
  PlanSweep(options, sweep);
  RunSchedule(options, server, sweep);
  return sweep;
}

TEST(FoundLoadsTest, GoesUpInPowersOfTwoUntilMoreBringsNothing) {
  const Sweep sweep = Found({.bs_max = 1024}, {.requests_max = 96});
  const auto loads = LoadsMeasured(sweep, "off");
  for (const uint32_t load : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u}) {
    EXPECT_TRUE(loads.contains(load)) << load;
  }
  EXPECT_FALSE(loads.contains(1024));
  EXPECT_GE(sweep.grid.loads.size(), loads.size());
}

TEST(FoundLoadsTest, LooksBetweenTheBestAndTheFirstThatIsTooMuch) {
  const Sweep sweep = Found({.bs_max = 1024}, {.requests_max = 96});
  // Between 128 and 256; skipped where a cliff that is measured before it shows an earlier end.
  const auto& loads = sweep.grid.loads;
  EXPECT_TRUE(std::any_of(loads.begin(), loads.end(),
                          [](const LoadLevel& load) { return load.level == 181; }));
}

TEST(FoundLoadsTest, SeesHowManyRunAtOnceAndLooksBesideIt) {
  const auto loads = LoadsMeasured(Found({.bs_max = 1024}, {.requests_max = 96}), "off");
  for (const uint32_t load : {95u, 96u, 97u}) EXPECT_TRUE(loads.contains(load)) << load;
}

TEST(FoundLoadsTest, FindsTheCliffOfTheLargestGraph) {
  FindLoads find{.bs_max = 256};
  find.limits["off"] = {.graph_sizes = {1, 2, 4, 8, 16, 32, 48}};
  const Sweep sweep = Found(find, {.requests_max = 1000, .graphs = {48}, .tokens_per_request = 1});
  EXPECT_TRUE(HasCliff(sweep, 48));
  EXPECT_FALSE(HasCliff(sweep, 47));
  EXPECT_FALSE(HasCliff(sweep, 32));
}

TEST(FoundLoadsTest, ADraftMakesTheCliffComeEarlier) {
  FindLoads find{.bs_max = 256};
  find.limits["off"] = {.graph_sizes = {1, 2, 4, 8, 16, 32, 48}};
  ScheduleOptions options{.find = find};
  Sweep sweep = EmptySweep({"off"});
  sweep.targets[0].draft_length = 3;
  PlanSweep(options, sweep);
  RunSchedule(options, {.requests_max = 1000, .graphs = {48}, .tokens_per_request = 4}, sweep);
  EXPECT_TRUE(HasCliff(sweep, 12)) << "4 x 12 tokens fit, 4 x 13 don't";
}

TEST(FoundLoadsTest, EndsAtTheMostThatIsTried) {
  const auto loads = LoadsMeasured(Found({.bs_max = 100}, {.requests_max = 1000}), "off");
  EXPECT_EQ(*loads.rbegin(), 100u);
  EXPECT_TRUE(loads.contains(64));
}

}  // namespace
}  // namespace specctl::testing
