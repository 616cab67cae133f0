// `specctl preflight`: what this machine can take before it distorts, and how many agents a load
// needs.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Sets `exit_status`: 0 done; 1 no load could be run, or none was kept; 2 bad usage; 130
// interrupted.  `exit_status` must outlive `app`.
void AddPreflightCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
