// What a preflight found, and what follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/specctl/preflight_plan.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

struct Preflight {
  double chunks_per_s = 0;  // of each stream
  uint64_t bs = 0;
  uint32_t cores = 1;     // of this machine
  uint32_t attached = 0;  // agents of a controller that it was made on; 0: this machine's own
  std::string connection_words;              // of that controller
  uint32_t agents = 1;                       // that the search was made with, at once
  std::vector<JudgedStep> steps;             // of the search, in the order in which they were made
  std::optional<uint32_t> streams_kept;      // of each agent
  std::optional<uint32_t> streams_not_kept;  // of each agent
  std::string stopped_by;          // why no higher load was tried, where that is not a step's state
  std::vector<JudgedStep> checks;  // of the plan; the last one counts
  std::string check_stopped_by;    // why the plan was not checked
};

// Whether an agent may be able to carry more than the ceiling: no load that it distorts was found.
bool IsLowerBound(const Preflight& preflight);
// Chunks a second of one agent, with the others at work; nullopt where no load was kept.
std::optional<double> CeilingPerS(const Preflight& preflight);
// Both nullopt where there is no ceiling.  A machine is planned to carry an agent for each of its
// cores, or as many as the search was made with where those are more; a controller's attached
// agents count as one machine.
std::optional<AgentDemand> DemandOf(const Preflight& preflight);
std::optional<AgentPlan> PlanOf(const Preflight& preflight);

// The step of the search with the highest load that was kept, and with the lowest that was
// distorted; nullptr: none.
const JudgedStep* CeilingStep(const Preflight& preflight);
const JudgedStep* LimitStep(const Preflight& preflight);

// What the check said of the plan; nullopt where none was made.
std::optional<StepState> CheckedState(const Preflight& preflight);
// Whether this machine, or the attached agents, carry the demand; nullopt where the plan says so
// and the check tells nothing.
std::optional<bool> MachineCarriesIt(const Preflight& preflight);

}  // namespace specctl::cli
