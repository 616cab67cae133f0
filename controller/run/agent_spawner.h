// Agent processes on this machine, started by this one and never outliving it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "common/base/unique_fd.h"

namespace specctl::controller {

// Each agent gets one end of a socket pair as `--spawned-fd N`: one line "address token agent\n"
// tells it where to dial, and the end of the stream tells it to exit.  Should this process die in
// whatever way, the stream ends, and the kernel kills the agent besides, which has asked for that
// at its start (DieWithParent), for agents that are stopped or hang.  Agents are in process groups
// of their own, so that a terminal's Ctrl-C reaches this process alone; they inherit no other
// descriptor, and write to stderr only.
//
// Not thread-safe.
class AgentSpawner {
 public:
  struct Death {
    uint32_t agent = 0;
    std::string how;  // "agent 3 (pid 1234) was killed by signal 9"
  };

  // Runs `command --spawned-fd N` `agents` times.  To be called by a thread that lives as long as
  // the agents shall: the kernel kills them when it ends.
  //
  // The errors of ChildProcess::Start, naming the agent and the command; no agent is left then.
  static absl::StatusOr<AgentSpawner> Spawn(uint32_t agents, std::vector<std::string> command = {
                                                                 "/proc/self/exe", "agent"});
  AgentSpawner(AgentSpawner&& other) noexcept;
  AgentSpawner& operator=(AgentSpawner&& other) = delete;
  ~AgentSpawner();  // kills what is left, and waits for it

  // Tells every agent where to dial.  An agent that is dead already shows in TakeDeaths().
  // `token`: without spaces.
  void Announce(const std::string& address, const std::string& token);
  // Agents whose process has ended since the last call.
  std::vector<Death> TakeDeaths();
  // Ends the streams, gives the agents `patience` to exit, then kills what is left.
  void End(Nanos patience);

  std::vector<pid_t> pids() const;  // by agent

 private:
  struct Process {
    uint32_t agent = 0;
    ChildProcess child;
    UniqueFd stream;        // our end
    bool reported = false;  // its end
  };

  AgentSpawner() = default;

  std::vector<Process> processes_;
};

}  // namespace specctl::controller
