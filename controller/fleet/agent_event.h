// What a run hears of its agents.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "controller/session/session_input.h"

namespace specctl::controller {

// It has joined, or dialled again; later messages go to this session.
struct AgentUp {
  SessionId session = 0;
  uint64_t incarnation = 0;  // of its process; the same after a cut
  std::string resume_secret_sha256;
  HostFacts host;
};
// Its session was cut; it may dial again.
struct AgentCut {};
// Its process has ended; `how` e.g. "agent 3 (pid 1234) was killed by signal 9".
struct AgentDied {
  std::string how;
};

using AgentEvent = std::variant<AgentUp, AgentCut, AgentDied, AgentPrepared, AgentArmed,
                                ReceivedBatch, AgentHeartbeat, AgentDone, ClockExchange>;

struct RunInput {
  uint32_t agent = 0;     // the run's index, 0..n-1
  SessionId consume = 0;  // to be given to Fleet::Consumed once the event has been taken; 0: none
  AgentEvent event;
};

}  // namespace specctl::controller
