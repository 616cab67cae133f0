// Labels of what the agents met on their own machines and on the way to the controller.
#pragma once

#include <span>
#include <vector>

#include "common/analysis/agent_state.h"
#include "common/analysis/verdict_types.h"

namespace specctl {

// clock_stepped, controller_link, user_stamps: those that there are.  Pure.
std::vector<VerdictLabel> AgentLabels(std::span<const AgentState> agents);

}  // namespace specctl
