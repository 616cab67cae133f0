// `specctl sweep`: a grid of runs, and its curves.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// `words`: those behind the command's name, which the sweep keeps for --resume.
void AddSweepCommand(CLI::App& app, std::vector<std::string> words, int& exit_status);

}  // namespace specctl::cli
