// What a run records of an agent, and tells it, from what it knows of it.
#pragma once

#include <cstdint>
#include <string>

#include "common/journal/event.h"
#include "common/session/clock_messages.h"
#include "common/session/controller_messages.h"
#include "controller/fleet/agent_event.h"

namespace specctl::controller {

// All of these are pure.  `agent`: the run's index of it.
AgentJoined JoinedOf(uint32_t agent, const AgentUp& up, uint32_t slots);
ClockProbed ProbedOf(uint32_t agent, const ClockExchange& exchange);

// T0 by the agent's own clock where that is the controller's too (one boot), else by wall clock.
// An empty boot id is of no boot.
ArmAgent ArmOrder(const std::string& run_id, const Armed& armed, const std::string& agent_boot_id);

}  // namespace specctl::controller
