// What passes between the session hub and the fleet, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "common/session/agent_messages.h"
#include "common/session/clock_messages.h"
#include "common/session/controller_messages.h"
#include "common/session/prepare_parts.h"

namespace specctl::controller {

// One call of an agent's Session; an agent that dials again gets another one.  Never reused.
using SessionId = uint64_t;

// The call has ended; nothing more comes from this session.
struct SessionCut {
  std::string reason;
};

// What a session's agent said.  The version and join token of a Hello have been checked; a batch
// has been read.
using SessionEvent = std::variant<AgentHello, AgentPrepared, AgentArmed, ReceivedBatch,
                                  AgentHeartbeat, AgentDone, SessionCut>;

struct SessionInput {
  SessionId session = 0;
  SessionEvent event;
};

// A whole clock exchange that an agent told.
struct ClockTold {
  uint64_t incarnation = 0;  // of the agent
  ClockExchange exchange;
};

// A message, or a job that is sent part by part.
using SessionOutput = std::variant<ControllerMessage, PrepareParts>;

inline bool IsAck(const SessionOutput& output) {
  const auto* message = std::get_if<ControllerMessage>(&output);
  return message != nullptr && std::holds_alternative<AckBatches>(*message);
}

}  // namespace specctl::controller
