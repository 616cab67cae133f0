// Agent processes on this machine, started by this one and never outliving it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "common/base/oom_kills.h"
#include "common/base/own_program.h"
#include "common/base/unique_fd.h"
#include "common/session/spawn_order.h"

namespace specctl::controller {

// Each agent gets one end of a socket pair as `--spawned-fd N`: a line, its SpawnOrder, tells it
// where to dial, and the end of the stream tells it to exit.  Should this process die in
// whatever way, the stream ends, and the kernel kills the agent besides, which has asked for that
// at its start (DieWithParent), for agents that are stopped or hang.  Agents are in process groups
// of their own, so that a terminal's Ctrl-C reaches this process alone; they inherit no other
// descriptor, and write to stderr only.
//
// Not thread-safe; of a thread that lives as long as the agents shall: the kernel kills them when
// it ends.
class AgentSpawner {
 public:
  struct Death {
    uint32_t number = 0;
    // "agent 3 (pid 1234) was killed by signal 9", or for want of memory.
    std::string how;
  };

  // `cgroup_root`: as OomKills takes it.
  explicit AgentSpawner(std::vector<std::string> command = {OwnProgram(), "agent"},
                        std::string cgroup_root = "");
  AgentSpawner(const AgentSpawner&) = delete;
  AgentSpawner& operator=(const AgentSpawner&) = delete;
  ~AgentSpawner();  // kills what is left, and waits for it

  // Runs `command --spawned-fd N`, as the agent of that number.
  // The errors of ChildProcess::Start, naming the agent and the command.
  absl::Status Start(const SpawnOrder& order);
  // Agents whose process has ended since the last call.
  std::vector<Death> TakeDeaths();
  // Ends the streams, gives the agents `patience` to exit, then kills what is left.
  void End(Nanos patience);

  std::vector<pid_t> pids() const;  // of those that run, in the order of their start

 private:
  struct Process {
    uint32_t number = 0;
    ChildProcess child;
    UniqueFd stream;  // our end
  };

  const std::vector<std::string> command_;
  OomKills oom_kills_;
  std::vector<Process> processes_;  // whose death has not been taken
};

}  // namespace specctl::controller
