// The flags of `specctl run`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/request/request_flags.h"
#include "tools/specctl/remote_flags.h"
#include "tools/specctl/results_output.h"

namespace specctl::cli {

struct RunFlags {
  explicit RunFlags(CLI::App& app) : request(app) {}

  RequestFlags request;             // what is measured
  std::optional<std::string> like;  // folder or id of an earlier run
  // What becomes of it.
  std::optional<std::string> output_dir;
  ResultsFormat format;
  bool dry_run = false, strict = false;
  RemoteFlags remote;  // where it is made
};

// Defines the flags on `app`; they must outlive the parsing.  Flags of AIPerf that mean the same
// are aliases; those that change nothing here are taken with a note; those that are planned and not
// built yet are refused by name (CLI::ValidationError), and numbers out of their range by name,
// value and range, from the command line as from the file of --config.
std::shared_ptr<RunFlags> AddRunFlags(CLI::App& app);

// INVALID_ARGUMENT: flags that exclude each other.
absl::Status CheckRunFlags(const RunFlags& flags);

}  // namespace specctl::cli
