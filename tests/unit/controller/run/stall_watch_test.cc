#include "controller/run/stall_watch.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(StallWatchTest, AFirstTurnAndOnesInTimeAreNoStalls) {
  StallWatch watch;
  MonoTime now(seconds(100));
  EXPECT_EQ(watch.OnTurn(now), Nanos(0));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(watch.OnTurn(now += milliseconds(999)), Nanos(0));
}

TEST(StallWatchTest, APauseIsToldOnceAndWhole) {
  StallWatch watch;
  watch.OnTurn(MonoTime(seconds(100)));
  EXPECT_EQ(watch.OnTurn(MonoTime(seconds(140))), seconds(40));
  EXPECT_EQ(watch.OnTurn(MonoTime(seconds(140))), Nanos(0));
}

}  // namespace
}  // namespace specctl::controller
