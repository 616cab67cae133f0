// `specctl sim`: the simulated engine on the command line.
#pragma once

#include <CLI/App.hpp>

namespace specctl::sim {

// Adds the subcommand `sim`, which serves until it is told to stop and then sets `exit_status`: 0,
// or 1 where it could not serve, 2 where its flags make no sense.  Errors go to standard error.
// `exit_status` must outlive `app`.
void AddSimCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::sim
