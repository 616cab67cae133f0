// Subcommands that are planned and not built yet: refused by name, rather than as unknown.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

void AddPlannedCommands(CLI::App& app);

}  // namespace specctl::cli
