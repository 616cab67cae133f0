// Flags of `specctl sim` on how long a step takes.
#pragma once

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "tools/sim/step_time.h"

namespace specctl::sim {

// As typed: milliseconds and microseconds.
struct StepTimeFlags {
  double step_ms = 15, step_ms_per_seq = 0.02, draft_ms = 1;
  double weights_ms = 0, token_us = 0, kv_us_per_ktoken = 0, draft_us_per_seq = 0, eager_ms = 0;
  StepTimeOptions options;  // those that are typed as they are kept
};

// `flags` must outlive the parsing.
void AddStepTimeFlags(CLI::App& app, StepTimeFlags& flags);

// INVALID_ARGUMENT naming the flag: sizes of graphs that do not ascend, experts without their
// share.
absl::Status TakeStepTime(const StepTimeFlags& flags, StepTimeOptions& options);

}  // namespace specctl::sim
