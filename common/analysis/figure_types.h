// The kinds of figures that results are made of; docs/metrics.md defines each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/stats/quantiles.h"

namespace specctl {

// Counts of requests; planned = sent + shed + unassigned, sent = the outcomes' sum + in_flight.
struct Conservation {
  std::optional<uint64_t> planned;
  uint64_t sent = 0, shed = 0;
  std::array<uint64_t, 4> unassigned{};  // by UnassignedReason
  uint64_t ok = 0, failed = 0, timed_out = 0, cancelled = 0, lost = 0;
  uint64_t in_flight = 0;  // 0 once a run has ended
  uint64_t resends = 0;
  uint64_t Unassigned() const;
  bool Holds() const;  // both identities
};

struct Estimate {
  double value = 0;
  std::optional<double> low, high;  // 95 % interval; absent where it can't be had
};

// Figures over a set of requests and the chunks that belong to them.
struct LatencyFigures {
  std::optional<Distribution> ttft_ms, ttft_user_ms, ttfo_ms, itl_ms, step_latency_ms,
      request_latency_ms, connect_ms, user_tps;
};

struct ThroughputFigures {
  std::optional<Estimate> output_tps, total_tps, requests_per_s, user_tps_mean;
  std::optional<double> output_tps_per_gpu, output_tps_peak;  // peak: the best one-second window
};

enum class AcceptanceSource { kPerRequest, kTimings, kChunks };
std::string_view AcceptanceSourceName(AcceptanceSource source);  // "per_request", ...

struct AcceptanceFigures {
  AcceptanceSource source = AcceptanceSource::kChunks;
  double source_share = 0;  // share of ok requests that have it, 0..1
  std::optional<uint64_t> steps, drafts;
  std::optional<Estimate> per_step;     // AL over all steps, those without a draft included
  std::optional<Estimate> per_draft;    // 1 + accepted / drafts
  std::optional<Estimate> accept_rate;  // accepted / drafted
  std::optional<double> request_macro_mean;
  std::vector<double> conditional, joint;
  std::vector<uint64_t> histogram;     // [k]: steps of k + 1 tokens
  bool approximate = false;            // chunk-derived, and merged steps above 1 % or unknown
  std::optional<double> merged_share;  // from the servers' own number of steps
};

// Deltas over the whole run, summed over all series, ranks and targets.
struct ServerFigures {
  std::optional<double> generated_tokens, prompt_tokens, drafts, drafted_tokens, accepted_tokens,
      engine_steps, prefix_hit_rate, preemptions, requests_finished;
  std::vector<double> accepted_by_position;
  struct Gauge {
    double mean = 0, max = 0;
  };
  std::optional<Gauge> running, waiting, kv_cache_share;  // over the hold; summed over targets
  uint64_t scrapes = 0, scrapes_failed = 0, resets = 0;
};

}  // namespace specctl
