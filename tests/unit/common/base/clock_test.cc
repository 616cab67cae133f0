#include "common/base/clock.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(ReadClockPairTest, TheMonotonicTimeIsThatOfTheCall) {
  const MonoTime before = MonoNow();
  const ClockPair pair = ReadClockPair();
  const MonoTime after = MonoNow();
  EXPECT_LE(before, pair.mono);
  EXPECT_LE(pair.mono, after);
  EXPECT_GE(pair.uncertainty, Nanos(0));
  EXPECT_LE(pair.uncertainty, after - before);
}

TEST(ReadClockPairTest, TheWallClockIsThatOfThisCentury) {
  const ClockPair pair = ReadClockPair();
  EXPECT_GT(pair.real.time_since_epoch(), std::chrono::hours(24 * 365 * 30));
}

TEST(ClockPairTest, OffsetTurnsMonotonicIntoWallTime) {
  const ClockPair pair{MonoTime(Nanos(1'000)), UnixTime(Nanos(1'700'000'000'000'000'123)),
                       Nanos(0)};
  EXPECT_EQ(pair.mono.time_since_epoch() + pair.RealMinusMono(), pair.real.time_since_epoch());
  EXPECT_EQ(pair.RealMinusMono(), Nanos(1'699'999'999'999'999'123));
}

TEST(SecondsTest, IsExactForWholeMilliseconds) {
  EXPECT_EQ(Seconds(std::chrono::milliseconds(1'500)), 1.5);
  EXPECT_EQ(Seconds(Nanos(-250'000'000)), -0.25);
  EXPECT_EQ(Seconds(Nanos(0)), 0);
}

}  // namespace
}  // namespace specctl
