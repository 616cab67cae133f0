#include "agent/stream/stamp_clock.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kMono{Nanos(50s)};
constexpr Nanos kOffset = 1'700'000'000s;

ClockPair PairAt(MonoTime mono, Nanos real_minus_mono) {
  return {mono, UnixTime(mono.time_since_epoch() + real_minus_mono), Nanos(50)};
}
UnixTime StampAt(MonoTime mono, Nanos real_minus_mono) {
  return UnixTime(mono.time_since_epoch() + real_minus_mono);
}

TEST(StampClockTest, StampsBecomeMonotonicTimes) {
  StampClock clock;
  clock.Refresh(PairAt(kMono, kOffset));
  clock.Refresh(PairAt(kMono + 3ms, kOffset));
  const auto time = clock.ToMono(StampAt(kMono + 2ms, kOffset), {kMono, kMono + 4ms});
  EXPECT_EQ(time, kMono + 2ms);
  EXPECT_EQ(clock.steps(), 0u);
}

TEST(StampClockTest, AnArrivalIsNeverLaterThanItsRead) {
  StampClock clock;
  clock.Refresh(PairAt(kMono, kOffset));
  EXPECT_EQ(clock.ToMono(StampAt(kMono + 1us, kOffset), {kMono - 1ms, kMono}), kMono);
}

TEST(StampClockTest, BytesThatWereQueuedLongAfterTheirStampKeepIt) {
  StampClock clock;
  clock.Refresh(PairAt(kMono, kOffset));
  EXPECT_EQ(clock.ToMono(StampAt(kMono - 50ms, kOffset), {kMono, kMono + 1ms}), kMono - 50ms);
}

TEST(StampClockTest, SlewingOverALongPauseIsNoStep) {
  StampClock clock;
  clock.Refresh(PairAt(kMono, kOffset));
  clock.Refresh(PairAt(kMono + 10s, kOffset + 5ms));  // 0.05 %
  EXPECT_EQ(clock.steps(), 0u);
}

TEST(StampClockTest, BothSidesOfAStepAreTakenForWhatTheyAre) {
  for (const Nanos step : {Nanos(-1h), Nanos(-20ms), Nanos(20ms), Nanos(1h)}) {
    StampClock clock;
    clock.Refresh(PairAt(kMono, kOffset));
    clock.Refresh(PairAt(kMono + 3ms, kOffset + step));
    EXPECT_EQ(clock.steps(), 1u);
    const StampClock::Within within{kMono, kMono + 3ms + 100us};
    EXPECT_EQ(clock.ToMono(StampAt(kMono + 1ms, kOffset), within), kMono + 1ms);
    EXPECT_EQ(clock.ToMono(StampAt(kMono + 2ms, kOffset + step), within), kMono + 2ms);
    clock.Refresh(PairAt(kMono + 6ms, kOffset + step));
    EXPECT_EQ(clock.ToMono(StampAt(kMono + 5ms, kOffset + step), {kMono + 3ms, kMono + 6ms}),
              kMono + 5ms);
    EXPECT_EQ(clock.steps(), 1u);
  }
}

TEST(StampClockTest, AStampThatFitsNeitherSideIsNone) {
  StampClock clock;
  clock.Refresh(PairAt(kMono, kOffset));
  clock.Refresh(PairAt(kMono + 3ms, kOffset + 1h));
  EXPECT_EQ(clock.ToMono(StampAt(kMono, kOffset + 30min), {kMono, kMono + 3ms}), std::nullopt);
}

TEST(StampClockTest, AStampOfAStepThatNoReadingHasSeenYetIsNone) {
  for (const Nanos step : {Nanos(-1h), Nanos(-200ms), Nanos(20ms), Nanos(1h)}) {
    StampClock clock;
    clock.Refresh(PairAt(kMono, kOffset));
    clock.Refresh(PairAt(kMono + 3ms, kOffset));
    const StampClock::Within within{kMono + 2ms, kMono + 5ms};
    EXPECT_EQ(clock.ToMono(StampAt(kMono + 4ms, kOffset + step), within), std::nullopt);
    EXPECT_EQ(clock.ToMono(StampAt(kMono + 4ms, kOffset), within), kMono + 4ms);
  }
}

}  // namespace
}  // namespace specctl::agent
