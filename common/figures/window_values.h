// WindowValues: the figures of one second of the run.
#pragma once

#include <cstdint>
#include <optional>

namespace specctl {

struct WindowValues {
  std::optional<double> output_tps;  // absent: tokens of some chunks are unknown
  double in_flight_mean = 0;
  uint64_t begun = 0, ok = 0, failed = 0;                          // begun in it; ended in it
  uint64_t chunks = 0;                                             // token-bearing, arrived in it
  std::optional<double> user_tps_p50, user_tps_p10, user_tps_p1;   // of requests that ended in it
  std::optional<double> ttft_p50_ms, ttft_p99_ms;                  // of requests begun in it
  std::optional<double> itl_p50_ms, itl_p99_ms;                    // of requests that ended in it
  std::optional<double> step_latency_p50_ms, step_latency_p99_ms;  // of chunks that arrived in it
  std::optional<double> acceptance_length;                         // tokens a step, chunk-derived
  std::optional<double> servers_running, servers_waiting, servers_kv_cache_share;
  std::optional<double> servers_generated_tokens, servers_acceptance_per_draft;  // deltas in it
  std::optional<uint64_t> replicas;  // servers whose metrics were read in it
};

}  // namespace specctl
