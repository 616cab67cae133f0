#include "controller/run/agent_spawner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An agent that is a shell script; "$1" is its --spawned-fd.
std::vector<std::string> Script(const std::string& script) { return {"/bin/sh", "-c", script}; }

std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

AgentSpawner::Death AwaitDeath(AgentSpawner& spawner) {
  while (true) {
    const auto deaths = spawner.TakeDeaths();
    if (!deaths.empty()) return deaths[0];
    std::this_thread::sleep_for(milliseconds(5));
  }
}

class AgentSpawnerTest : public ::testing::Test {
 protected:
  AgentSpawnerTest() : folder_(::testing::TempDir() + "agent_spawner_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~AgentSpawnerTest() override { std::filesystem::remove_all(folder_); }
  const std::string folder_;
};

TEST_F(AgentSpawnerTest, EachAgentIsToldWhereToDialAndWhoItIs) {
  auto spawner = AgentSpawner::Spawn(
      3, Script("read address token agent <&$1; echo $address $token > " + folder_ +
                "/$agent.tmp; mv " + folder_ + "/$agent.tmp " + folder_ + "/$agent"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  spawner->Announce("127.0.0.1:4000", "secret");
  spawner->End(seconds(10));
  for (const char* agent : {"0", "1", "2"}) {
    EXPECT_EQ(ReadFile(folder_ + "/" + agent), "127.0.0.1:4000 secret\n");
  }
}

TEST_F(AgentSpawnerTest, AnAgentInheritsNothingElse) {
  // Several, so that the ends of the earlier ones are there to be inherited.
  auto spawner = AgentSpawner::Spawn(
      3, Script("read a t agent <&$1; exec ls /proc/self/fd > " + folder_ + "/$agent"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  spawner->Announce("a", "t");
  spawner->End(seconds(10));
  EXPECT_EQ(ReadFile(folder_ + "/2"), "0\n1\n2\n3\n4\n");  // 4: the folder that ls reads
}

TEST_F(AgentSpawnerTest, AgentsAreOutOfReachOfTheTerminalsCtrlC) {
  auto spawner = AgentSpawner::Spawn(1, Script("exec sleep 60"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  const pid_t pid = spawner->pids()[0];
  EXPECT_EQ(getpgid(pid), pid);
}

TEST_F(AgentSpawnerTest, DeathsAreReportedOnceWithTheReason) {
  auto spawner = AgentSpawner::Spawn(2, Script("read a t agent <&$1; exit $((agent + 4))"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  EXPECT_TRUE(spawner->TakeDeaths().empty());
  const std::vector<pid_t> pids = spawner->pids();
  kill(pids[1], SIGKILL);
  const auto killed = AwaitDeath(*spawner);
  EXPECT_EQ(killed.agent, 1u);
  EXPECT_EQ(killed.how, "agent 1 (pid " + std::to_string(pids[1]) + ") was killed by signal 9");
  spawner->Announce("a", "t");  // also to the dead
  const auto exited = AwaitDeath(*spawner);
  EXPECT_EQ(exited.how, "agent 0 (pid " + std::to_string(pids[0]) + ") exited with status 4");
  EXPECT_TRUE(spawner->TakeDeaths().empty());
}

TEST_F(AgentSpawnerTest, ACommandThatCannotBeRunIsAnErrorOfTheStart) {
  EXPECT_EQ(AgentSpawner::Spawn(2, {"/no/such/program"}).status(),
            absl::NotFoundError("--agents: agent 0: can't start /no/such/program: "
                                "No such file or directory"));
}

TEST_F(AgentSpawnerTest, WhereOneCannotBeStartedNoneIsLeft) {
  // Room for the descriptors of a few agents.
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{.rlim_cur = 16, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto spawner = AgentSpawner::Spawn(16, Script("exec sleep 60"));
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(spawner.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(spawner.status().message()), ::testing::StartsWith("--agents: "));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(AgentSpawnerTest, EndingTheStreamsEndsTheAgents) {
  auto spawner = AgentSpawner::Spawn(2, Script("cat <&$1; touch " + folder_ + "/ended"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  spawner->End(seconds(10));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/ended"));
  for (const pid_t pid : spawner->pids()) EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(AgentSpawnerTest, AgentsThatDoNotEndAreKilled) {
  auto spawner = AgentSpawner::Spawn(2, Script("trap '' TERM INT HUP; exec sleep 60"));
  ASSERT_TRUE(spawner.ok()) << spawner.status();
  spawner->End(Nanos(0));
  for (const pid_t pid : spawner->pids()) EXPECT_EQ(kill(pid, 0), -1);
}

}  // namespace
}  // namespace specctl::controller
