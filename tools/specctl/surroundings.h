// The process's surroundings: environment, cores, the run named by --like.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "tools/specctl/run_settings.h"

namespace specctl::cli {

// This process's, with a new run id and without `like`.
Surroundings RealSurroundings();

// Whether the page goes to a terminal, and to somebody who didn't set $NO_COLOR.
bool WantsColour();

// The spec of the run whose folder is `run_dir`, from its journal.
// INVALID_ARGUMENT, its text beginning with --like.
absl::StatusOr<RunSpec> SpecOfRun(const std::string& run_dir);

}  // namespace specctl::cli
