#include "agent/session/agent_run.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kNow{Nanos(100s)};
constexpr ClockPair kClocks{kNow, UnixTime(kNow.time_since_epoch() + 1'000'000s), Nanos(0)};

TEST(ResolveBeginTest, OnTheControllersHostItIsTheMonotonicTime) {
  const auto begin = ResolveBegin({.t0_agent_mono_ns = Nanos(101s).count()}, kClocks);
  EXPECT_EQ(begin.at, kNow + 1s);
  EXPECT_EQ(begin.late, 0s);
}

TEST(ResolveBeginTest, ElsewhereItIsTheWallClockTime) {
  EXPECT_EQ(ResolveBegin({.t0_unix_ns = Nanos(1'000'102s).count()}, kClocks).at, kNow + 2s);
}

TEST(ResolveBeginTest, AT0ThatHasPassedIsNow) {
  const auto begin = ResolveBegin({.t0_agent_mono_ns = Nanos(99500ms).count()}, kClocks);
  EXPECT_EQ(begin.at, kNow);
  EXPECT_EQ(begin.late, 500ms);
}

TEST(AgentRunTest, AStopBeforeAJobHasBegunDoesNotBeginIt) {
  boost::asio::io_context io(1);
  LoopWatch loop;
  int replies = 0;
  AgentRun::Replies count;
  count.prepared = [&replies](const std::string&, const std::string&) { ++replies; };
  AgentRun run(io, loop, AgentRun::Identity(), count);
  std::optional<absl::Status> ended;
  boost::asio::co_spawn(io, run.Serve(), [&ended](std::exception_ptr, const absl::Status& status) {
    ended = status;
  });
  run.OnJob(LoadJob());
  EXPECT_TRUE(run.has_job());
  run.OnStop(Nanos(0));
  io.poll();
  EXPECT_EQ(ended, absl::OkStatus());
  EXPECT_EQ(replies, 0);
}

TEST(UnassignedByTest, ADrainsReasonIsThatOfWhatIsNotSent) {
  EXPECT_EQ(UnassignedBy(DrainReason::kInterrupted), UnassignedReason::kInterrupted);
  EXPECT_EQ(UnassignedBy(DrainReason::kAgentLost), UnassignedReason::kAgentLost);
  EXPECT_EQ(UnassignedBy(DrainReason::kTooManyFailures), UnassignedReason::kTooManyFailures);
  EXPECT_EQ(UnassignedBy(DrainReason::kPreciseEnough), UnassignedReason::kLimit);
}

}  // namespace
}  // namespace specctl::agent
