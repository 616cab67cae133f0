// What the results say of each agent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/figures/run_counts.h"
#include "common/journal/event.h"

namespace specctl {

// How far apart the agents began their load, on the controller's clock; ramp steps taken off.
struct StartSkew {
  double ms = 0;
  double bound_ms = 0;  // what the clocks leave open of it
};

struct AgentFigures {
  uint32_t agent = 0;
  HostFacts host;
  uint32_t slots = 0;
  bool lost = false;
  std::string end_reason;
  Conservation conservation;
  uint64_t chunks = 0, reads = 0, coalesced_reads = 0, unstamped_reads = 0, chunks_dropped = 0;
  double receive_lag_p99_ms_max = 0;
  double cpu_seconds = 0;
  uint64_t rss_bytes_max = 0;
  double clock_bound_ms = 0;
  std::optional<double> started_ms;             // after it was due; absent: it began nothing
  std::optional<NullServerReport> null_server;  // of a run on null servers
};

}  // namespace specctl
