#include "tools/specctl/preflight_findings.h"

#include <algorithm>

namespace specctl::cli {

bool IsLowerBound(const Preflight& preflight) {
  // The search ended at --streams-max, not at the machine.
  if (!preflight.streams_not_kept) return true;
  // In the search per agent, in a step's load over all of them.
  const uint32_t not_kept = *preflight.streams_not_kept * preflight.agents;
  return std::none_of(preflight.steps.begin(), preflight.steps.end(), [&](const JudgedStep& step) {
    return step.load.streams == not_kept && step.state == StepState::kDistorted;
  });
}

std::optional<double> CeilingPerS(const Preflight& preflight) {
  if (!preflight.streams_kept) return std::nullopt;
  return *preflight.streams_kept * preflight.chunks_per_s;
}

std::optional<AgentDemand> DemandOf(const Preflight& preflight) {
  const std::optional<double> ceiling = CeilingPerS(preflight);
  if (!ceiling) return std::nullopt;
  return AgentDemand{.bs = preflight.bs,
                     .chunks_per_s = preflight.chunks_per_s,
                     .ceiling_chunks_per_s = *ceiling,
                     .machine_agents = std::max(preflight.cores, preflight.agents)};
}

std::optional<AgentPlan> PlanOf(const Preflight& preflight) {
  const std::optional<AgentDemand> demand = DemandOf(preflight);
  if (!demand) return std::nullopt;
  return PlanAgents(*demand);
}

std::optional<StepState> CheckedState(const Preflight& preflight) {
  if (preflight.checks.empty()) return std::nullopt;
  return preflight.checks.back().state;
}

std::optional<bool> MachineCarriesIt(const Preflight& preflight) {
  const std::optional<AgentPlan> plan = PlanOf(preflight);
  if (!plan || plan->machines > 1) return false;
  const std::optional<StepState> checked = CheckedState(preflight);
  // Not known: the check was not made, or its server was the limit.
  if (!checked || *checked == StepState::kNullServerLate) return std::nullopt;
  return *checked == StepState::kKept;
}

}  // namespace specctl::cli
