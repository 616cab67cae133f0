// Whether what a plan would put side by side was measured with the same things.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/planning/plan_request.h"
#include "common/planning/sweep.h"

namespace specctl {

struct NamedSweep {
  std::string name;  // as the command named it
  Sweep sweep;
};

// All of them as one, less the targets and datasets that `request` does not ask for.
// INVALID_ARGUMENT: none is left; a target or dataset that is asked for is in none of them; a
// target has other GPUs in another sweep, or a dataset another ISL.
absl::StatusOr<Sweep> JoinSweeps(const std::vector<NamedSweep>& sweeps, const PlanRequest& request);

// INVALID_ARGUMENT names the runs, what differs and what to do:
//   - no point is done, or figures are of different fold versions;
//   - a target's points were served by different models, engines, methods, drafters or draft
//     lengths (a revision went stale between two points);
//   - two targets serve different models, or engines;
//   - a dataset's prompts differ between two points.
// What `request.across` allows is returned as a note.
absl::StatusOr<std::vector<std::string>> CheckSweep(const Sweep& sweep, const Across& across);

}  // namespace specctl
