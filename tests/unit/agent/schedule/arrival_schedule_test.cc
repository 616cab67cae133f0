#include "agent/schedule/arrival_schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace specctl::agent {
namespace {

constexpr MonoTime kArrivalsT0{Nanos(5'000'000'000)};

// Arrivals 0, 1, 2, .. of the run, as `agents` of them have them.
std::vector<MonoTime> RunOf(uint32_t agents, size_t arrivals) {
  std::vector<ArrivalSchedule> schedules;
  for (uint32_t agent = 0; agent < agents; ++agent) {
    schedules.emplace_back(kArrivalsT0, OpenLoop{.rate_per_s = 100}, 42,
                           ArrivalSchedule::Share{agent, agents});
  }
  std::vector<MonoTime> times;
  while (times.size() < arrivals) {
    ArrivalSchedule& schedule = schedules[times.size() % agents];
    times.push_back(schedule.due());
    schedule.Advance();
  }
  return times;
}

TEST(ArrivalScheduleTest, TheProcessIsTheSameForAnyNumberOfAgents) {
  const std::vector<MonoTime> alone = RunOf(1, 1'000);
  EXPECT_GT(alone.front(), kArrivalsT0);
  for (const uint32_t agents : {2u, 3u, 16u}) EXPECT_EQ(RunOf(agents, 1'000), alone) << agents;
}

TEST(ArrivalScheduleTest, TimesNeverDecrease) {
  const std::vector<MonoTime> times = RunOf(4, 1'000);
  for (size_t i = 1; i < times.size(); ++i) EXPECT_LE(times[i - 1], times[i]);
}

}  // namespace
}  // namespace specctl::agent
