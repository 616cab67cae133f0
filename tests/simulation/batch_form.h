// A batch in a form that is the same in every run of a seed.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/journal/agent_batch.h"

namespace specctl::simulation {

// The batch's bytes with its times counted from `t0` (the agent's clock, a whole microsecond), and
// without what depends on when and where its agent ran: process, wall clock, and of its health what
// waits for an ack.
std::string ComparableBytes(AgentBatch batch, MonoTime t0);

}  // namespace specctl::simulation
