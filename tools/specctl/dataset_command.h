// `specctl dataset list` and `specctl dataset inspect`.
#pragma once

#include <CLI/CLI.hpp>

namespace specctl::cli {

// Adds the subcommand `dataset` to `app`.  When it is parsed, it prints its page to stdout, or an
// error to stderr, and sets `exit_status`: 0 done, 2 bad usage or input.  `exit_status` must
// outlive the parsing.
void AddDatasetCommand(CLI::App& app, int& exit_status);

}  // namespace specctl::cli
