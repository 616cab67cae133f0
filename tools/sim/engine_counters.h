// EngineCounters: what a simulated engine has counted since it started; the truth of a run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tools/sim/histogram.h"

namespace specctl::sim {

// Upper bounds of the buckets of an engine's histograms, of static lifetime.
struct HistogramBounds {
  std::span<const double> first_token_s;
  std::span<const double> token_gap_s;
  std::span<const double> request_s;
  std::span<const double> queue_s;
  std::span<const double> prompt_tokens;
  std::span<const double> generation_tokens;
  std::span<const double> iteration_tokens;
};
// Those of vLLM 0.32.
const HistogramBounds& VllmBounds();

// Verification steps, and what was drafted for them.
struct SpeculationCounts {
  explicit SpeculationCounts(uint32_t draft_length)
      : drafted_by_position(draft_length), accepted_by_position(draft_length) {}

  uint64_t steps = 0;   // after the prompt's, with and without a draft
  uint64_t drafts = 0;  // of these, with one
  uint64_t draft_tokens = 0;
  uint64_t accepted_tokens = 0;  // with those cut off at the end of a request
  std::vector<uint64_t> drafted_by_position;
  std::vector<uint64_t> accepted_by_position;

  // One step; `drafted` 0: without a draft.
  void CountStep(uint32_t drafted, uint32_t accepted);
  void Add(const SpeculationCounts& other);
};

// Sums over requests that have ended: some engines count nothing before.
struct EndedRequests {
  explicit EndedRequests(uint32_t draft_length) : speculation(draft_length) {}

  uint64_t requests = 0;
  uint64_t aborted = 0;  // of these, by their clients
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;  // of the prompt's
  uint64_t generation_tokens = 0;
  uint64_t tokens_beyond_stop = 0;  // further ones, which last steps made beyond stop strings
  double decode_s = 0;              // from the first token to the last
  SpeculationCounts speculation;

  void Add(const EndedRequests& other);
};

// Decoding of the whole batch, as it goes on.
struct DecodeProgress {
  uint64_t passes = 0;          // engine steps with a decoding request
  uint64_t prefill_passes = 0;  // engine steps with a prompt
  uint64_t tokens = 0;          // accepted + 1 of each request and step, those cut off too
  uint64_t prefill_tokens = 0;  // computed
  uint64_t cached_tokens = 0;   // taken from the prefix cache instead
  uint64_t requests = 0;        // in each engine step, decoding or not
  uint64_t longest_tokens = 0;  // prompt and reply of one request
  // Over steps that follow another decoding step: steps, requests, microseconds, the squares of
  // requests, requests x microseconds, tokens.
  std::array<double, 6> moments{};
  // Of the latest whole interval of passes; 0 before the first.
  double interval_tokens_per_step = 0;
  double interval_accept_rate = 0;
  double interval_tokens_per_s = 0;
};

struct EngineCounters {
  explicit EngineCounters(uint32_t draft_length, const HistogramBounds& bounds = VllmBounds())
      : accepted_by_position(draft_length),
        ended_streamed(draft_length),
        ended_whole(draft_length),
        ended_with_request_id(draft_length),
        first_token_s(bounds.first_token_s),
        whole_first_token_s(bounds.first_token_s),
        token_gap_s(bounds.token_gap_s),
        request_s(bounds.request_s),
        whole_request_s(bounds.request_s),
        queue_s(bounds.queue_s),
        request_prompt_tokens(bounds.prompt_tokens),
        request_generation_tokens(bounds.generation_tokens),
        iteration_tokens(bounds.iteration_tokens) {}

  uint64_t prompt_tokens = 0;  // of requests whose first token was made
  // Without those cut off at the end of a request, but where another process cuts them off.
  uint64_t generation_tokens = 0;
  uint64_t drafts = 0;  // steps of a request that had a draft
  uint64_t draft_tokens = 0;
  uint64_t accepted_tokens = 0;  // with those cut off
  std::vector<uint64_t> accepted_by_position;
  uint64_t prefix_queries = 0;  // in tokens
  uint64_t prefix_hits = 0;
  uint64_t preemptions = 0;
  uint64_t finished_by_stop = 0;
  uint64_t finished_by_length = 0;
  uint64_t overruns = 0;  // steps that began late, since the process could not keep up

  DecodeProgress decode;
  EndedRequests ended_streamed;
  EndedRequests ended_whole;            // requests that were not streamed
  EndedRequests ended_with_request_id;  // streamed or not
  std::map<std::string, EndedRequests, std::less<>> ended_by_category;  // streamed or not
  EndedRequests Ended() const;

  Histogram first_token_s;
  Histogram whole_first_token_s;  // of these, requests that were not streamed
  Histogram token_gap_s;          // as BatchOptions::token_gaps says
  Histogram request_s;
  Histogram whole_request_s;  // of these, requests that were not streamed
  Histogram queue_s;
  Histogram request_prompt_tokens;
  Histogram request_generation_tokens;
  Histogram iteration_tokens;  // one an engine step
};

// What is so at this moment.
struct EngineGauges {
  uint64_t running = 0;
  uint64_t waiting = 0;
  double kv_cache_usage = 0;  // 0..1
};

}  // namespace specctl::sim
