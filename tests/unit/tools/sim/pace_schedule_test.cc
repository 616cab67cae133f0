#include "tools/sim/pace_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace specctl::sim {
namespace {

using std::chrono::milliseconds;

constexpr MonoTime kOrigin{std::chrono::seconds(50)};

TEST(PaceScheduleTest, TheFirstChunkIsTheNextPointAfterItsTime) {
  const PaceSchedule schedule({.chunks_per_s = 20, .phase = PacePhase::kTogether}, kOrigin);
  const auto first = [&](Nanos read) {
    return schedule.Due(7, schedule.FirstPoint(7, kOrigin + read)) - kOrigin;
  };
  EXPECT_EQ(first(milliseconds(0)), milliseconds(50));
  EXPECT_EQ(first(milliseconds(30)), milliseconds(50));
  EXPECT_EQ(first(milliseconds(31)), milliseconds(100));
}

TEST(PaceScheduleTest, PointsDoNotDrift) {
  const PaceSchedule schedule({.chunks_per_s = 30, .phase = PacePhase::kTogether}, kOrigin);
  EXPECT_EQ(schedule.Due(0, 30 * 3600) - kOrigin, std::chrono::hours(1));
  EXPECT_EQ(schedule.Due(0, 1) - kOrigin, Nanos(33'333'333));
}

TEST(PaceScheduleTest, SpreadPhasesAreEven) {
  const PaceSchedule schedule({.chunks_per_s = 10, .phase = PacePhase::kSpread}, kOrigin);
  constexpr uint32_t kStreams = 64;
  std::vector<int64_t> offsets;
  for (uint32_t slot = 0; slot < kStreams; ++slot) {
    offsets.push_back((schedule.Due(slot, 0) - kOrigin).count());
  }
  std::sort(offsets.begin(), offsets.end());
  for (uint32_t i = 0; i < kStreams; ++i) {
    EXPECT_LE(offsets[i], int64_t{100'000'000} * i / kStreams);
    EXPECT_GT(offsets[i], int64_t{100'000'000} * i / kStreams - 200'000);
  }
}

TEST(PaceScheduleTest, NoChunkIsEarly) {
  const PaceSchedule schedule({.chunks_per_s = 7}, kOrigin);
  for (uint32_t slot = 0; slot < 50; ++slot) {
    for (int64_t read_us = 0; read_us < 400'000; read_us += 977) {
      const MonoTime earliest = kOrigin + std::chrono::microseconds(read_us + 20'000);
      const int64_t point = schedule.FirstPoint(slot, kOrigin + std::chrono::microseconds(read_us));
      ASSERT_GE(schedule.Due(slot, point), earliest);
      ASSERT_LT(schedule.Due(slot, point) - earliest, milliseconds(143));
    }
  }
}

}  // namespace
}  // namespace specctl::sim
