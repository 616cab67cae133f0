// What the flags of `specctl sweep` ask for: a sweep to measure and the job that measures it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/measure/fleet_fit.h"
#include "controller/sweep/sweep_job.h"
#include "tools/specctl/sweep_flags.h"

namespace specctl::cli {

struct SweepRequest {
  Sweep sweep;               // planned
  controller::SweepJob job;  // its folder is still empty
};

// Reads prompts and certificates; asks nobody.  `fleet`: where its agents are to run; nullopt: that
// is a controller's to know.  `arguments`: as the sweep keeps them.
// Errors as CheckSweepFlags, ReadGrid, RequestFlags::Make, LoadDataset, RowsOfTier; also
// INVALID_ARGUMENT    --budget: the grid takes longer
// RESOURCE_EXHAUSTED  the fleet can't offer the highest load (FitFleet)
absl::StatusOr<SweepRequest> MakeSweep(const SweepFlags& flags,
                                       const std::optional<controller::FleetFacts>& fleet,
                                       std::vector<std::string> arguments);

// Puts what `asked` has been measured so far, of `before`, into its place: it must be the same
// sweep.  INVALID_ARGUMENT "--resume: ...": it is another one, or its prompts have changed.
absl::Status TakeUpSweep(Sweep before, SweepRequest& asked);

}  // namespace specctl::cli
