// `specctl run`: one measurement.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Sets `exit_status`: 0 done; 1 the run failed; 2 bad usage or input, and nothing was sent; 3 done,
// but the verdict is invalid under --strict; 130 interrupted.  `exit_status` must outlive `app`.
// `words`: the command line behind "run".
void AddRunCommand(CLI::App& app, std::vector<std::string> words, int& exit_status);

}  // namespace specctl::cli
