#include "agent/session/agent_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr MonoTime kNow{Nanos(100s)};
constexpr ClockPair kClocks{kNow, UnixTime(kNow.time_since_epoch() + 1'000'000s), Nanos(0)};

TEST(ResolveT0Test, OnTheControllersHostItIsTheMonotonicTime) {
  EXPECT_EQ(*ResolveT0({Nanos(101s).count(), 0}, kClocks), kNow + 1s);
}

TEST(ResolveT0Test, ElsewhereItIsTheWallClockTime) {
  EXPECT_EQ(*ResolveT0({std::nullopt, Nanos(1'000'102s).count()}, kClocks), kNow + 2s);
}

TEST(ResolveT0Test, ATimeThatHasPassedIsRefused) {
  const auto t0 = ResolveT0({Nanos(99500ms).count(), 0}, kClocks);
  EXPECT_EQ(t0.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(t0.status().message()), HasSubstr("T0 had passed 0.500 s ago"));
}

}  // namespace
}  // namespace specctl::agent
