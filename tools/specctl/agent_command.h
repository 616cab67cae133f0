// specctl agent: the load-generating process.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Adds the subcommand to `app`; when it is chosen it serves one run after another and sets
// `exit_status`, 0 after the controller has dismissed it, else 1.
void AddAgentCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
