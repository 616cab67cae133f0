// How an agent's process fared, as it tells with its batches, as plain values.
#pragma once

#include <cstdint>
#include <string>

namespace specctl {

// How well an agent kept up since its last record, which is a second or more; docs/metrics.md says
// what each lag is.
struct AgentHealth {
  int64_t from_mono_ns = 0, at_mono_ns = 0;  // the time it covers
  uint32_t in_flight = 0;                    // at its end
  uint64_t chunks = 0, reads = 0, coalesced_reads = 0, unstamped_reads = 0;
  uint64_t burst_chunks = 0;      // arrived with one of another step while they were waited for
  uint64_t wall_clock_steps = 0;  // seen between two readings of both clocks
  // As LagHistogram encodes them; the last is of every token-bearing chunk.
  std::string receive_lag, send_lag, loop_lag, arrival_bound;
  uint64_t cpu_user_ns = 0, cpu_system_ns = 0;  // whole process
  // Time that its cgroup was kept from running, and that the host's cores were taken away, in sum.
  uint64_t cpu_throttled_ns = 0, cpu_stolen_ns = 0;
  uint64_t spool_bytes = 0, rss_bytes = 0;  // at its end
  uint64_t unacknowledged_ns = 0;           // age of the oldest batch that is, at its end
};

}  // namespace specctl
