// What a preflight found, as a page and as JSON.
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
  uint32_t cores = 1;
  std::vector<JudgedStep> steps;  // in the order in which they were made
  std::optional<uint32_t> streams_kept;
  std::optional<uint32_t> streams_not_kept;
  std::string stopped_by;  // why no higher load was tried, where that is not a step's state
};

// Whether the agent may be able to carry more than the ceiling: no load that it distorts was found.
bool IsLowerBound(const Preflight& preflight);
// Chunks a second of one agent; nullopt where no load was kept.
std::optional<double> CeilingPerS(const Preflight& preflight);
// nullopt where there is no ceiling.
std::optional<AgentPlan> PlanOf(const Preflight& preflight);

// docs/preflight.md explains both.
std::string PreflightPage(const Preflight& preflight);
std::string PreflightJson(const Preflight& preflight);

}  // namespace specctl::cli
