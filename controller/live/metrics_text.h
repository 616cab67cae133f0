// What a controller tells Prometheus of itself and of the run that is on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/analysis/run_fold.h"

namespace specctl::controller {

struct ControllerFacts {
  std::string version;
  uint32_t agents_attached = 0, agents_in_run = 0;
  // By state, as /metrics names them.
  uint32_t runs_queued = 0, runs_running = 0, runs_done = 0, runs_failed = 0, runs_cancelled = 0;
};

// Exposition text 0.0.4.  `run` nullptr: none is on, and its families are left out.  No label has a
// value that grows with runs, targets or agents.  Pure.
std::string MetricsText(const ControllerFacts& facts, const LiveFigures* run);

}  // namespace specctl::controller
