// `specctl list`, `attach`, `cancel`, `fetch`, `rm` and `agents`: the runs and sweeps of a
// controller.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Each sets `exit_status`, which must outlive `app`: 0 done; 1 the controller is not reached, or
// what was measured failed; 2 bad usage, no such job; attach and fetch also 3 and 130, as `specctl
// run`.
void AddJobCommands(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
