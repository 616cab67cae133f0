// The process's surroundings: environment, terminal, the run named by --like.
#pragma once

#include <cstddef>
#include <string>

#include <absl/status/statusor.h>

#include "tools/request/request_flags.h"

namespace specctl::cli {

// This process's, with a new run id and without `like`.
Surroundings RealSurroundings();

// Whether the page goes to a terminal, and to somebody who didn't set $NO_COLOR.
bool WantsColour();

// Columns of the terminal that the page goes to; kPageColumns where it goes to a file.
size_t PageColumns();

// The spec of the run whose folder or id is `run_dir`, from its journal.
// INVALID_ARGUMENT, its text beginning with --like.
absl::StatusOr<RunSpec> SpecOfRun(const std::string& run_dir);

}  // namespace specctl::cli
