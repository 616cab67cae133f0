#include "agent/schedule/run_clock.h"

#include <gtest/gtest.h>

#include <set>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kT0{Nanos(5'000'000'000)};

LoadSpec Load(uint32_t bs, Nanos ramp) {
  LoadSpec load;
  load.shape = ClosedLoop{bs};
  load.ramp = ramp;
  return load;
}

TEST(RunClockTest, TheRampFillsTheSlotsOfTheRunEvenly) {
  const RunClock clock(kT0, Load(4, 2s));
  EXPECT_EQ(clock.SlotBegin(0), kT0);
  EXPECT_EQ(clock.SlotBegin(1), kT0 + 500ms);
  EXPECT_EQ(clock.SlotBegin(3), kT0 + 1500ms);
}

TEST(RunClockTest, WithoutARampAllSlotsBeginAtT0) {
  const RunClock clock(kT0, Load(512, 0s));
  EXPECT_EQ(clock.SlotBegin(511), kT0);
}

TEST(RunClockTest, ARampOfADayOverManySlotsDoesNotOverflow) {
  const RunClock clock(kT0, Load(100'000, 24h));
  EXPECT_EQ(clock.SlotBegin(50'000), kT0 + 12h);
}

TEST(RunClockTest, ALimitCountsFromTheEndOfRampAndWarmUp) {
  LoadSpec load = Load(4, 2s);
  EXPECT_EQ(RunClock(kT0, load).Limit(), std::nullopt);
  load.warmup = 3s;
  load.duration = 10s;
  EXPECT_EQ(RunClock(kT0, load).Limit(), kT0 + 15s);
}

}  // namespace
}  // namespace specctl::agent
