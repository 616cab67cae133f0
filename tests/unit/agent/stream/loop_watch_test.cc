#include "agent/stream/loop_watch.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime At(Nanos time) { return MonoTime(time); }

TEST(LoopWatchTest, OnlyWaitsCount) {
  LoopWatch watch;
  watch.BeginWait(At(10ms));
  watch.EndWait(At(14ms));
  watch.BeginWait(At(15ms));
  watch.EndWait(At(18ms));
  EXPECT_EQ(watch.AwaitedWithin(At(0ms), At(20ms), At(20ms)), 7ms);
  EXPECT_EQ(watch.AwaitedWithin(At(12ms), At(16ms), At(20ms)), 3ms);
  EXPECT_EQ(watch.AwaitedWithin(At(14ms), At(15ms), At(20ms)), 0ms);
}

TEST(LoopWatchTest, AWaitThatHasNotEndedCountsUpToNow) {
  LoopWatch watch;
  watch.BeginWait(At(10ms));
  EXPECT_EQ(watch.AwaitedWithin(At(0ms), At(20ms), At(13ms)), 3ms);
  EXPECT_EQ(watch.AwaitedWithin(At(0ms), At(12ms), At(13ms)), 2ms);
}

TEST(LoopWatchTest, AProcessThatWasStoppedDidNotWait) {
  LoopWatch watch;
  watch.SetTick(At(20ms));
  watch.BeginWait(At(11ms));  // stopped from about here until 311 ms
  EXPECT_EQ(watch.AwaitedWithin(At(11ms), At(310ms), At(311ms)), 9ms) << "before the timer is told";
  EXPECT_EQ(watch.OnTick(At(311ms)), 291ms);
  EXPECT_EQ(watch.AwaitedWithin(At(11ms), At(310ms), At(311ms)), 9ms) << "and after";
  watch.EndWait(At(311ms));
  EXPECT_EQ(watch.AwaitedWithin(At(11ms), At(310ms), At(312ms)), 9ms);
}

TEST(LoopWatchTest, TheTimerMayBeToldAfterTheWaitHasEnded) {
  LoopWatch watch;
  watch.SetTick(At(20ms));
  watch.BeginWait(At(11ms));
  watch.EndWait(At(311ms));
  EXPECT_EQ(watch.OnTick(At(312ms)), 292ms);
  EXPECT_EQ(watch.AwaitedWithin(At(11ms), At(310ms), At(312ms)), 9ms);
}

TEST(LoopWatchTest, ATimerThatIsALittleLateMeansNothing) {
  LoopWatch watch;
  watch.SetTick(At(20ms));
  watch.BeginWait(At(11ms));
  EXPECT_EQ(watch.OnTick(At(20ms) + 900us), 900us);
  watch.EndWait(At(21ms));
  EXPECT_EQ(watch.AwaitedWithin(At(11ms), At(21ms), At(21ms)), 10ms);
}

TEST(LoopWatchTest, TheReactorsWaitsAreSeenAndItsWorkIsNot) {
  boost::asio::io_context io{1};
  LoopWatch watch;
  boost::asio::steady_timer timer(io, 20ms);
  MonoTime work_began{}, work_ended{};
  timer.async_wait([&](const boost::system::error_code&) {
    boost::asio::post(io, [&] {
      work_began = MonoNow();
      while (MonoNow() < work_began + 5ms) {
      }
      work_ended = MonoNow();
    });
  });
  const MonoTime began = MonoNow();
  RunReactor(io, watch);
  EXPECT_GE(watch.AwaitedWithin(began, work_began, MonoNow()), 15ms);
  EXPECT_EQ(watch.AwaitedWithin(work_began, work_ended, MonoNow()), 0ms);
}

}  // namespace
}  // namespace specctl::agent
