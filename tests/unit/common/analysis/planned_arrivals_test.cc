#include "common/analysis/planned_arrivals.h"

#include <gtest/gtest.h>

#include "common/analysis/stages.h"

namespace specctl {
namespace {

constexpr OpenLoop kPoisson{.rate_per_s = 20};

TEST(PlannedArrivalsTest, EverySecondHasTheArrivalsThatAreDueInIt) {
  PlannedArrivals planned(kPoisson, 7);
  ArrivalTimes times(kPoisson, 7);
  int64_t next_ns = times.Next().count();
  uint64_t sum = 0;
  for (int64_t second = 1; second <= 200; ++second) {
    uint32_t due = 0;
    for (; next_ns < second * kSecondNs; next_ns = times.Next().count()) ++due;
    ASSERT_EQ(planned.PassSecond(), due) << second;
    sum += due;
  }
  EXPECT_NEAR(static_cast<double>(sum), 4'000, 200);
}

TEST(PlannedArrivalsTest, ConstantArrivalsAreTheSameEverySecond) {
  PlannedArrivals planned({.rate_per_s = 4, .process = ArrivalProcess::kConstant}, 1);
  // The first is due a whole gap after T0, the fourth at 1 s: of the next second.
  EXPECT_EQ(planned.PassSecond(), 3u);
  for (int second = 1; second < 20; ++second) EXPECT_EQ(planned.PassSecond(), 4u);
}

TEST(PlannedArrivalsTest, BeyondWhatIsWalkedThroughTheyAreByRate) {
  PlannedArrivals planned({.rate_per_s = 4e6, .process = ArrivalProcess::kConstant}, 1);
  EXPECT_EQ(planned.PassSecond(), 3'999'999u);
  EXPECT_EQ(planned.PassSecond(), 4'000'000u);
  EXPECT_EQ(planned.PassSecond(), 4'000'000u);
}

}  // namespace
}  // namespace specctl
