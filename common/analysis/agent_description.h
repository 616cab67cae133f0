// What the results say of the agents.
#pragma once

#include <optional>
#include <span>

#include "common/analysis/agent_state.h"
#include "common/figures/agent_figures.h"
#include "common/workload/run_spec.h"

namespace specctl {

// `books`: the agent's own.
AgentFigures DescribeAgent(const AgentState& agent, const Conservation& books,
                           const LoadSpec& load);

// How far apart the agents started; nullopt with fewer than two that did.
std::optional<StartSkew> StartSkewOf(std::span<const AgentFigures> agents);

}  // namespace specctl
