// EngineCounters: what a simulated engine has counted since it started, by vLLM's rules.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/sim/histogram.h"

namespace specctl::sim {

// Bucket bounds of vLLM 0.32.
std::span<const double> FirstTokenBounds();
std::span<const double> TokenGapBounds();
std::span<const double> RequestTimeBounds();
std::span<const double> TokenCountBounds();
std::span<const double> IterationTokensBounds();

struct EngineCounters {
  explicit EngineCounters(uint32_t draft_length) : accepted_by_position(draft_length) {}

  uint64_t prompt_tokens = 0;      // of requests whose first token was made
  uint64_t generation_tokens = 0;  // without those cut off at the end of a request
  uint64_t drafts = 0;             // steps of a request that had a draft
  uint64_t draft_tokens = 0;
  uint64_t accepted_tokens = 0;  // with those cut off
  std::vector<uint64_t> accepted_by_position;
  uint64_t prefix_queries = 0;  // in tokens
  uint64_t prefix_hits = 0;
  uint64_t preemptions = 0;
  uint64_t finished_by_stop = 0;
  uint64_t finished_by_length = 0;
  uint64_t overruns = 0;  // steps that began late, since the process could not keep up

  Histogram first_token_s{FirstTokenBounds()};
  Histogram token_gap_s{TokenGapBounds()};  // one a step and request, the first token left out
  Histogram request_s{RequestTimeBounds()};
  Histogram queue_s{RequestTimeBounds()};
  Histogram request_prompt_tokens{TokenCountBounds()};
  Histogram request_generation_tokens{TokenCountBounds()};
  Histogram iteration_tokens{IterationTokensBounds()};  // one an engine step
};

// What is so at this moment.
struct EngineGauges {
  uint64_t running = 0;
  uint64_t waiting = 0;
  double kv_cache_usage = 0;  // 0..1
};

}  // namespace specctl::sim
