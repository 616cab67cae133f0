// How long before T0 the agents are told of it.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "controller/run/agent_roster.h"

namespace specctl::controller {

// How long T0 waits for prepared agents whose session is cut: they would begin late.
inline constexpr Nanos kAwayMax = std::chrono::seconds(10);

// From arming to T0: three times what the slowest agent took to prepare (a message there, more work
// than arming is, and a message back) and what the journal's slowest sync took, which the message
// waits for.  100 ms at least, or 1 s where an agent takes T0 by the wall clock, which may be off
// by that much (it is not of the boot `boot_id`); 20 s at most.
Nanos ArmLead(const AgentRoster& roster, Nanos slowest_sync, const std::string& boot_id);

}  // namespace specctl::controller
