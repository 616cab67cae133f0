#include "agent/session/agent_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr MonoTime kNow{Nanos(100s)};
constexpr ClockPair kClocks{kNow, UnixTime(kNow.time_since_epoch() + 1'000'000s), Nanos(0)};

TEST(ResolveT0Test, OnTheControllersHostItIsTheMonotonicTime) {
  EXPECT_EQ(*ResolveT0({.t0_agent_mono_ns = Nanos(101s).count()}, kClocks), kNow + 1s);
}

TEST(ResolveT0Test, ElsewhereItIsTheWallClockTime) {
  EXPECT_EQ(*ResolveT0({.t0_unix_ns = Nanos(1'000'102s).count()}, kClocks), kNow + 2s);
}

TEST(ResolveT0Test, ATimeThatHasPassedIsRefused) {
  const auto t0 = ResolveT0({.t0_agent_mono_ns = Nanos(99500ms).count()}, kClocks);
  EXPECT_EQ(t0.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(t0.status().message()), HasSubstr("armed 0.500 s after T0"));
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
}

}  // namespace
}  // namespace specctl::agent
