// `specctl controller`: the daemon that agents attach to and that runs are submitted to.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Sets `exit_status`: 0 told to end; 1 it could not go on; 2 bad usage.  It must outlive `app`.
void AddControllerCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
