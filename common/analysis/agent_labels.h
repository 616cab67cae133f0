// Labels of what the agents met on their own machines and on the way to the controller.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/analysis/agent_state.h"
#include "common/analysis/controller_lives.h"
#include "common/analysis/results.h"
#include "common/analysis/verdict_types.h"
#include "common/figures/agent_figures.h"

namespace specctl {

// clock_stepped, controller_link, user_stamps: those that there are.  Pure.
std::vector<VerdictLabel> AgentLabels(std::span<const AgentState> agents);

// controller_restarted: the run's controller was started again in the middle of it.  Pure.
std::optional<VerdictLabel> ControllerLabel(const ControllerLives& lives);

// reduced_load: agents were lost, and the run went on.  Pure.
std::optional<VerdictLabel> ReducedLoadLabel(const Results& figures);

// late_start: an agent began late.  Pure.
std::optional<VerdictLabel> LateStartLabel(std::span<const AgentFigures> agents);

}  // namespace specctl
