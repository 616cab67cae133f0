// The flags of `specctl sweep`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "common/base/clock.h"
#include "tools/request/grid_flags.h"
#include "tools/request/request_flags.h"
#include "tools/specctl/remote_flags.h"

namespace specctl::cli {

struct SweepFlags {
  explicit SweepFlags(CLI::App& app) : request(app) {}

  RequestFlags request;  // what all runs ask alike
  GridFlags grid;
  std::optional<std::string> output_dir, resume, budget;
  std::string cool_down = "1s", cool_down_max = "60s", format = "text";
  uint32_t bs_max = 1024;                // of --bs auto
  std::optional<uint32_t> max_num_seqs;  // of the servers, where they don't tell
  std::vector<uint32_t> graph_sizes;     // likewise
  bool paired = false, no_anchors = false, dry_run = false;
  RemoteFlags remote;  // where it is made
};

// Defines them on `app`; they must outlive the parsing.  Those that say what a run asks for are
// those of `specctl run`.
std::shared_ptr<SweepFlags> AddSweepFlags(CLI::App& app);

// What is checked of them before anything is read.
struct SweepTimes {
  std::optional<Nanos> budget;
  Nanos cool_down{0}, cool_down_max{0};
};
// INVALID_ARGUMENT, naming the flag: a value of the wrong form, flags that exclude each other or
// that are missing.  Not for --resume, whose sweep has its own.
absl::StatusOr<SweepTimes> CheckSweepFlags(const SweepFlags& flags);

}  // namespace specctl::cli
