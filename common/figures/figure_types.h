// What figures are made of; docs/metrics.md defines each, and the catalogue (catalogue.h) names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/stats/quantiles.h"

namespace specctl {

struct Estimate {
  double value = 0;
  std::optional<double> low, high;  // 95 % interval; absent where it can't be had
  double degrees = 0;               // of freedom of its Student's t, where that is told
};

// Figures over a set of requests and the chunks that belong to them.
struct LatencyFigures {
  std::optional<Distribution> ttft_ms, ttft_user_ms, ttfo_ms, itl_ms, step_latency_ms,
      request_latency_ms, request_latency_user_ms, connect_ms, user_tps;
  std::optional<Distribution> receive_lag_ms;  // of every stamped read of the run; headline alone
};

// Tokens of a request, over ok requests: their means are the ISL and the OSL.
struct LengthFigures {
  std::optional<Distribution> input_tokens, output_tokens;
};

struct ThroughputFigures {
  std::optional<Estimate> output_tps, total_tps, requests_per_s, user_tps_mean;
  std::optional<double> output_tps_per_gpu, output_tps_peak;  // peak: the best window
  std::optional<Estimate> goodput_share, goodput_per_s;       // with --goodput
};

// kCounters: the servers' own, over the whole run.  kMixed: targets with different ones.
// kMetricsFiles: sums over a server's own files.
enum class AcceptanceSource { kPerRequest, kTimings, kChunks, kCounters, kMixed, kMetricsFiles };
std::string_view AcceptanceSourceName(AcceptanceSource source);  // "per_request", ...

// What acceptance is made from, of the requests of one target that enter: sums over their decoding
// steps after the prompt's.  A number that the target's source does not tell is 0.
struct TargetSteps {
  uint32_t target = 0;
  uint64_t steps = 0, delivered = 0;  // delivered: tokens that arrived of these
  uint64_t drafts = 0, drafted = 0, accepted = 0;
};

struct AcceptanceFigures {
  AcceptanceSource source = AcceptanceSource::kChunks;
  double source_share = 0;  // share of ok requests that enter, 0..1
  std::optional<uint64_t> steps, drafts;
  std::optional<uint64_t> drafted_tokens, accepted_tokens;
  // Tokens a decoding step yields by itself, before a response's end cuts it; steps without a draft
  // are one token long.
  std::optional<Estimate> per_step;
  bool lower_bound = false;                    // per_step: no step of full length was seen
  std::optional<Estimate> delivered_per_step;  // tokens that arrived a step
  std::optional<Estimate> per_draft;           // 1 + accepted / drafts
  std::optional<Estimate> accept_rate;         // accepted / drafted
  std::optional<double> request_macro_mean;
  std::vector<double> conditional, joint;  // over drafts, or
  bool rates_over_steps = false;           // over all steps, where drafts can't be told from steps
  // Drafts were of several lengths, or that can't be told: `conditional` takes short ones for
  // rejected, and is too small.
  bool conditional_approximate = false;
  std::vector<uint64_t> histogram;      // [k]: steps of k + 1 tokens, uncut
  std::vector<uint64_t> cut_histogram;  // [k]: last steps that were cut at k + 1 tokens, perhaps
  bool approximate = false;             // chunk-derived, and how many steps are merged is unknown
  std::optional<double> merged_share;   // from the servers' own number of steps
  std::vector<TargetSteps> steps_by_target;  // in their order; empty of counters
};

// Where a target's acceptance comes from.
struct TargetAcceptance {
  uint32_t target = 0;
  bool speculates = true;                  // false: no sign of a draft anywhere
  std::optional<AcceptanceSource> source;  // nullopt: there is none that can be trusted
  std::string why_none;
  uint64_t requests = 0;  // ok requests that have it
  double share = 0;       // of the target's ok requests
  // Ok requests whose statistics contradict themselves or their tokens, and are used for nothing.
  uint64_t contradictory = 0;
  std::optional<uint32_t> draft_length;
  std::optional<double> merged_share;  // of its steps, into others' chunks
};

// What a server's own files said of responses (--sglang-metrics-dir).
struct LoggedFigures {
  std::string folder, error;          // error: why not all could be read; empty: it could
  uint64_t files = 0, responses = 0;  // that were written since the run began
  uint64_t of_run = 0;                // requests of the run that found theirs, by its id
  uint64_t of_others = 0;             // responses that can't be of this run
  uint64_t undecodable_lines = 0, torn_files = 0;
  uint64_t contradictory = 0;  // responses whose statistics contradict themselves
  // Over all responses, where no id matched, and they have as many tokens as the run.
  std::optional<AcceptanceFigures> acceptance;
};

}  // namespace specctl
