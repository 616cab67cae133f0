#include "tools/specctl/preflight_findings.h"

#include <algorithm>

namespace specctl::cli {

namespace {

// The last step of `per_agent` streams on each agent that came out so.
const JudgedStep* StepOf(const Preflight& preflight, std::optional<uint32_t> per_agent,
                         StepState state) {
  const JudgedStep* found = nullptr;
  for (const JudgedStep& step : preflight.steps) {
    // In the search per agent, in a step's load over all of them.
    const bool same = per_agent && step.load.streams == *per_agent * preflight.agents;
    if (same && step.state == state) found = &step;
  }
  return found;
}

}  // namespace

const JudgedStep* CeilingStep(const Preflight& preflight) {
  return StepOf(preflight, preflight.streams_kept, StepState::kKept);
}

const JudgedStep* LimitStep(const Preflight& preflight) {
  return StepOf(preflight, preflight.streams_not_kept, StepState::kDistorted);
}

bool IsLowerBound(const Preflight& preflight) {
  // Else the search ended at --streams-max or at a null server, not at the machine.
  return LimitStep(preflight) == nullptr;
}

std::optional<double> CeilingPerS(const Preflight& preflight) {
  if (!preflight.streams_kept) return std::nullopt;
  return *preflight.streams_kept * preflight.chunks_per_s;
}

std::optional<AgentDemand> DemandOf(const Preflight& preflight) {
  const std::optional<double> ceiling = CeilingPerS(preflight);
  if (!ceiling) return std::nullopt;
  const uint32_t machine_agents = std::max(preflight.cores, preflight.agents);
  return AgentDemand{
      .bs = preflight.bs,
      .chunks_per_s = preflight.chunks_per_s,
      .ceiling_chunks_per_s = *ceiling,
      .machine_agents = preflight.attached > 0 ? preflight.attached : machine_agents};
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
