// `specctl probe URL`: what is there.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Sets `exit_status`: 0, or 1 where the target can't be measured.  `exit_status` must outlive
// `app`.
void AddProbeCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
