// LiveFigures: what there is to see of a run while it goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/analysis/verdict_types.h"
#include "common/figures/stage.h"
#include "common/figures/window_values.h"

namespace specctl {

struct RunState;

// Whether the arrivals of an open loop come as planned.
struct LiveArrivals {
  double planned_per_s = 0, achieved_per_s = 0;            // due; begun
  std::optional<double> lateness_p50_ms, lateness_p99_ms;  // begin less due, of those begun
};

struct LiveFigures {
  LiveStage stage = LiveStage::kPreparing;
  double elapsed_s = 0;  // since T0
  uint64_t begun = 0, in_flight = 0, done = 0,
           failed = 0;  // requests; done: also those that failed
  uint64_t shed = 0;    // turns of arrivals that were given up
  std::optional<uint64_t> planned;
  std::vector<double> output_tps_by_second;  // the last 60 whole seconds, oldest first
  // Figures of a window, over the last 10 s that all agents have reported; nullopt: none yet.
  // Counts are of these seconds, TPS is per second, gauges are means.  TTFT here is of the first
  // tokens that arrived in them, all requests, from their begin; of User TPS and ITL the one is the
  // other's reciprocal.
  std::optional<WindowValues> recent;
  std::optional<LiveArrivals> arrivals;  // over the same; of an open loop until it drains
  uint32_t agents = 0, agents_lost = 0;
  Verdict verdict;  // so far
};

// `state` of a run that has begun.
LiveFigures DescribeLive(const RunState& state);

}  // namespace specctl
