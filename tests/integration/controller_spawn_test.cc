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
    auto spawner = AgentSpawner::Spawn(2, {FAKE_AGENT, mode});
    ASSERT_TRUE(spawner.ok()) << spawner.status();
    spawner_ = std::make_unique<AgentSpawner>(*std::move(spawner));
    around_.spawner = spawner_.get();
  }

  std::unique_ptr<AgentSpawner> spawner_;
};

TEST_F(SpawnedRunTest, SpawnedAgentsRunAndExit) {
  Spawn("finish");
  Begin();
  EXPECT_EQ(End().end, RunEnd::kCompleted);
  EXPECT_EQ(Of<AgentBatch>().size(), 2u);
  for (const pid_t pid : spawner_->pids()) EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(SpawnedRunTest, AKilledAgentIsNamedAndItsBatchesKept) {
  Spawn("hang");
  input_.spec.load.grace = Nanos(0);
  input_.spec.agent_timeout = seconds(1);
  Begin();
  while (Of<AgentBatch>().size() < 2) std::this_thread::sleep_for(milliseconds(20));
  const pid_t victim = spawner_->pids()[1];
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
