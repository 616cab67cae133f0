// Measures a resolved run with agents of this machine, from the command line.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "controller/measure/resolved_run.h"

namespace specctl::cli {

// Starts the agents, shows the run on the terminal and ends it at SIGINT; its journal is
// `run_dir`/journal.pb.  Errors as AgentSpawner::Spawn and DriveRun.
absl::StatusOr<RunEnded> DriveResolved(controller::ResolvedRun run, const std::string& run_dir);

}  // namespace specctl::cli
