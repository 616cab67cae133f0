// Runs whose agents are processes of their own.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/integration/run_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SpawnedRunTest : public RunFixture {
 protected:
  // Also where gRPC has been used in this process, by the tests before.
  void Spawn(const std::string& mode) {
    StartFleet({FAKE_AGENT, mode});
    ASSERT_TRUE(fleet_->Grow(2).ok());
  }
  // Of the agents that have joined, by their number in the run.
  pid_t PidOf(size_t agent) const {
    return static_cast<pid_t>(Of<AgentJoined>().at(agent).host.pid);
  }
};

TEST_F(SpawnedRunTest, SpawnedAgentsRunAndExit) {
  Spawn("finish");
  Begin();
  EXPECT_EQ(End().end, RunEnd::kCompleted);
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
  const pid_t pids[] = {PidOf(0), PidOf(1)};
  EXPECT_EQ(kill(pids[0], 0), 0);
  fleet_.reset();
  for (const pid_t pid : pids) EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(SpawnedRunTest, AKilledAgentIsNamedAndItsBatchesKept) {
  Spawn("hang");
  run_.spec.load.grace = Nanos(0);
  run_.spec.agent_timeout = seconds(1);
  Begin();
  while (Of<AgentBatch>().size() < 2) std::this_thread::sleep_for(milliseconds(20));
  pid_t victim = 0;
  for (const AgentJoined& joined : Of<AgentJoined>()) {
    if (joined.agent == 1) victim = static_cast<pid_t>(joined.host.pid);
  }
  kill(victim, SIGKILL);
  const RunEnded ended = End();
  EXPECT_EQ(ended.end, RunEnd::kAgentLost);
  EXPECT_EQ(ended.reason, "agent 1 (pid " + std::to_string(victim) + ") was killed by signal 9");
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
  EXPECT_TRUE(Of<AgentEnded>()[0].lost);
  EXPECT_EQ(Of<AgentEnded>()[0].agent, 1u);
}

}  // namespace
}  // namespace specctl::controller
