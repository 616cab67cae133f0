// The folder that a run's artifacts go into.
#pragma once

#include <string>

#include <absl/status/status.h>

namespace specctl::cli {

// Makes `dir`, and its parents, where they are missing, and checks that it is empty and that a file
// can be written there.
// INVALID_ARGUMENT, its text beginning with `--output-dir`, which says what is wrong.
absl::Status PrepareOutputDir(const std::string& dir);

// A run's name: when it began (UTC) and four random hex digits, e.g. 20261122-101410-7f3a.
std::string NewRunId();

}  // namespace specctl::cli
