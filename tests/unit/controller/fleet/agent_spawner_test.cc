#include "controller/fleet/agent_spawner.h"

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

  // Starts agents 0..agents-1.
  static void StartAll(AgentSpawner& spawner, uint32_t agents) {
    for (uint32_t number = 0; number < agents; ++number) {
      const absl::Status started = spawner.Start(
          {.controller_address = "127.0.0.1:4000", .join_token = "secret", .number = number});
      EXPECT_TRUE(started.ok()) << started;
    }
  }
  const std::string folder_;
};

TEST_F(AgentSpawnerTest, EachAgentIsToldWhereToDialAndWhoItIs) {
  AgentSpawner spawner(Script("read address token agent <&$1; echo $address $token > " + folder_ +
                              "/$agent.tmp; mv " + folder_ + "/$agent.tmp " + folder_ + "/$agent"));
  StartAll(spawner, 3);
  spawner.End(seconds(10));
  for (const char* agent : {"0", "1", "2"}) {
    EXPECT_EQ(ReadFile(folder_ + "/" + agent), "127.0.0.1:4000 secret\n");
  }
}

TEST_F(AgentSpawnerTest, AnAgentInheritsNothingElse) {
  // Several, so that the ends of the earlier ones are there to be inherited.
  AgentSpawner spawner(
      Script("read a t agent <&$1; exec ls /proc/self/fd > " + folder_ + "/$agent"));
  StartAll(spawner, 3);
  spawner.End(seconds(10));
  EXPECT_EQ(ReadFile(folder_ + "/2"), "0\n1\n2\n3\n4\n");  // 4: the folder that ls reads
}

TEST_F(AgentSpawnerTest, AgentsAreOutOfReachOfTheTerminalsCtrlC) {
  AgentSpawner spawner(Script("exec sleep 60"));
  StartAll(spawner, 1);
  const pid_t pid = spawner.pids()[0];
  EXPECT_EQ(getpgid(pid), pid);
}

TEST_F(AgentSpawnerTest, DeathsAreReportedOnceWithTheReason) {
  AgentSpawner spawner(
      Script("read a t agent <&$1; [ $agent = 1 ] && exec sleep 60; exit $((agent + 4))"));
  StartAll(spawner, 2);
  const std::vector<pid_t> pids = spawner.pids();
  const auto exited = AwaitDeath(spawner);
  EXPECT_EQ(exited.number, 0u);
  EXPECT_EQ(exited.how, "agent 0 (pid " + std::to_string(pids[0]) + ") exited with status 4");
  EXPECT_TRUE(spawner.TakeDeaths().empty());
  EXPECT_EQ(spawner.pids(), std::vector<pid_t>{pids[1]});
  kill(pids[1], SIGKILL);
  const auto killed = AwaitDeath(spawner);
  EXPECT_EQ(killed.number, 1u);
  EXPECT_EQ(killed.how, "agent 1 (pid " + std::to_string(pids[1]) + ") was killed by signal 9");
  EXPECT_TRUE(spawner.TakeDeaths().empty());
}

TEST_F(AgentSpawnerTest, MoreAreStartedBesideThoseThatRun) {
  AgentSpawner spawner(Script("exec sleep 60"));
  StartAll(spawner, 1);
  ASSERT_TRUE(spawner.Start({.controller_address = "a", .join_token = "t", .number = 7}).ok());
  kill(spawner.pids()[1], SIGKILL);
  EXPECT_EQ(AwaitDeath(spawner).number, 7u);
}

TEST_F(AgentSpawnerTest, ACommandThatCannotBeRunIsAnErrorOfTheStart) {
  AgentSpawner spawner({"/no/such/program"});
  EXPECT_EQ(spawner.Start({.number = 2}),
            absl::NotFoundError("--agents: agent 2: can't start /no/such/program: "
                                "No such file or directory"));
}

TEST_F(AgentSpawnerTest, WhereOneCannotBeStartedTheErrorNamesTheFlag) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{.rlim_cur = 4, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  AgentSpawner spawner(Script("exec sleep 60"));
  absl::Status started;
  for (uint32_t number = 0; number < 4 && started.ok(); ++number) {
    started = spawner.Start({.number = number});
  }
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(started.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(started.message()), ::testing::StartsWith("--agents: "));
}

TEST_F(AgentSpawnerTest, EndingTheStreamsEndsTheAgents) {
  AgentSpawner spawner(Script("cat <&$1; touch " + folder_ + "/ended"));
  StartAll(spawner, 2);
  const std::vector<pid_t> pids = spawner.pids();
  spawner.End(seconds(10));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/ended"));
  for (const pid_t pid : pids) EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(AgentSpawnerTest, AgentsThatDoNotEndAreKilled) {
  AgentSpawner spawner(Script("trap '' TERM INT HUP; exec sleep 60"));
  StartAll(spawner, 2);
  const std::vector<pid_t> pids = spawner.pids();
  spawner.End(Nanos(0));
  for (const pid_t pid : pids) EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(AgentSpawnerTest, AKillForWantOfMemoryIsCalledThat) {
  const auto write = [this](const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_ + path).parent_path());
    std::ofstream(folder_ + path) << text;
  };
  write("/proc/self/cgroup", "0::/pod\n");
  write("/sys/fs/cgroup/pod/memory.events", "oom_kill 3\n");
  AgentSpawner spawner(Script("exec sleep 60"), folder_);
  StartAll(spawner, 2);
  const std::vector<pid_t> pids = spawner.pids();
  ::kill(pids[0], SIGKILL);
  EXPECT_EQ(AwaitDeath(spawner).how,
            "agent 0 (pid " + std::to_string(pids[0]) + ") was killed by signal 9");
  write("/sys/fs/cgroup/pod/memory.events", "oom_kill 4\n");
  ::kill(pids[1], SIGKILL);
  EXPECT_EQ(AwaitDeath(spawner).how,
            "agent 1 (pid " + std::to_string(pids[1]) +
                ") was killed by the kernel for want of memory (OOM: signal 9, and oom_kill of its "
                "cgroup grew)");
}

}  // namespace
}  // namespace specctl::controller
