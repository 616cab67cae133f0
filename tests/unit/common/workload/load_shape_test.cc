#include "common/workload/load_shape.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using namespace std::chrono_literals;

TEST(LoadShapeTest, AClosedLoopHoldsItsSlotsFull) {
  const LoadExpectation expected = ExpectationOf(ClosedLoop{512});
  EXPECT_EQ(expected.slots, 512u);
  EXPECT_EQ(expected.in_flight, 512u);
  EXPECT_EQ(expected.begun_per_s, std::nullopt);
  EXPECT_FALSE(expected.full_at_begin);
  EXPECT_TRUE(expected.backs_off);
  EXPECT_EQ(expected.wave_requests, 512u);
}

TEST(LoadShapeTest, AnOpenLoopKeepsItsRateWhateverIsInFlight) {
  const LoadExpectation expected = ExpectationOf(OpenLoop{.rate_per_s = 2.5, .in_flight_max = 100});
  EXPECT_EQ(expected.slots, 100u);
  EXPECT_EQ(expected.in_flight, std::nullopt);
  EXPECT_EQ(expected.begun_per_s, 2.5);
  EXPECT_TRUE(expected.full_at_begin);
  EXPECT_FALSE(expected.backs_off);
  EXPECT_EQ(expected.wave_requests, 3u);
}

TEST(LoadShapeTest, ThereIsAlwaysASlot) {
  EXPECT_EQ(ExpectationOf(ClosedLoop{0}).slots, 1u);
  EXPECT_EQ(ExpectationOf(OpenLoop{.in_flight_max = 0}).slots, 1u);
}

TEST(LoadShapeTest, Texts) {
  EXPECT_EQ(OfferedLoadText(ClosedLoop{512}), "bs 512");
  EXPECT_EQ(LoadShapeText(ClosedLoop{512}), "bs 512");
  const OpenLoop loop{.rate_per_s = 2.5,
                      .process = ArrivalProcess::kConstant,
                      .in_flight_max = 64,
                      .think_time = 2s};
  EXPECT_EQ(OfferedLoadText(loop), "2.5 requests/s");
  EXPECT_EQ(LoadShapeText(loop),
            "2.5 requests/s, constant arrivals, at most 64 in flight, think time 2 s");
}

}  // namespace
}  // namespace specctl
