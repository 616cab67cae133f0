// The gate of a plan: `--require "speedup >= 1.1"`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/compare/requirement.h"
#include "common/planning/plan.h"

namespace specctl {

// Figures that a plan has beside those of its runs:
//   speedup, output_speedup   of a target over the baseline
//   projected_speedup         of the mix
//   bs, rate                  the highest load within the limits
//   capacity_tps, replicas, cost_per_million_tokens
std::span<const FigureName> PlanFigures();

// Every condition at every place that it is about: with limits at each answer's point, else at
// each point that was measured.  A condition that is about no place does not hold, and says why.
// A relative one is of the baseline at the same load.
std::vector<GateDecision> DecideGate(const Plan& plan, const PlanRequest& request);

}  // namespace specctl
