// Results: every figure of a run, as the fold of its journal gives it.  docs/metrics.md defines
// each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/journal/event.h"
#include "common/stats/intervals.h"
#include "common/stats/quantiles.h"

namespace specctl {

enum class VerdictState { kValid, kDegraded, kInvalid };

struct VerdictReason {
  std::string code;  // e.g. "conservation", "agent_lost", "in_flight_below_bs", "tokens_apart"
  std::string text;
  uint64_t windows = 0;  // windows that have it; 0: it is the run's
};

struct Verdict {
  VerdictState state = VerdictState::kValid;
  std::vector<VerdictReason> reasons;
  std::vector<VerdictReason> labels;         // facts of the server or environment: drop nothing
  std::vector<std::string> checks_not_made;  // in the words of the page
  uint64_t windows = 0, windows_degraded = 0, windows_invalid = 0;
};

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
  uint64_t steps = 0, drafts = 0;
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

// A slice by category, tier, sub_category, turn, target or agent.
struct SliceFigures {
  std::string by, key;
  Conservation conservation;
  uint64_t output_tokens = 0, input_tokens = 0;
  LatencyFigures latency;
  std::optional<AcceptanceFigures> acceptance;
};

struct TokenTotals {
  std::optional<uint64_t> input, output;
  uint64_t requests_without_totals = 0;
  // By finish reason, ok requests.
  std::map<std::string, uint64_t> finish_reasons;
};

// One second of the run, counted from T0.
struct WindowFigures {
  int64_t start_s = 0;
  std::string stage;  // ramp, warmup, hold, drain
  VerdictState verdict = VerdictState::kValid;
  std::vector<std::string> reasons, labels;
  std::optional<double> output_tps;  // absent: tokens of some chunks are unknown
  double in_flight_mean = 0;
  uint64_t begun = 0, ok = 0, failed = 0;                          // begun in it; ended in it
  std::optional<double> user_tps_p50, user_tps_p10, user_tps_p1;   // of requests that ended in it
  std::optional<double> ttft_p50_ms, ttft_p99_ms;                  // of requests begun in it
  std::optional<double> step_latency_p50_ms, step_latency_p99_ms;  // of chunks that arrived in it
  std::optional<double> acceptance_length;                         // tokens a step, chunk-derived
  std::optional<double> servers_running, servers_waiting, servers_kv_cache_share;
  std::optional<double> servers_generated_tokens, servers_acceptance_per_draft;  // deltas in it
};

// A request's row, as requests.jsonl prints it.  Times in ns since T0.
struct RequestRow {
  uint64_t position = 0, cycle = 0, epoch = 0;
  uint32_t turn = 0, agent = 0, target = 0;
  uint64_t planned_row = 0;  // order index
  std::string stage;
  RequestFinished finish;  // finish.error etc.
  Outcome outcome = Outcome::kLost;
  std::optional<int64_t> start_ns, first_token_ns, last_token_ns, end_ns, slot_free_ns;
  std::optional<int64_t> first_answer_ns;
  int64_t begin_ns = 0;
  std::optional<uint64_t> steps, drafts, drafted_tokens, accepted_tokens;
  std::optional<AcceptanceSource> acceptance_source;
  std::optional<uint32_t> first_chunk_tokens;
  uint64_t counted_tokens = 0;  // sum over chunks, those of unknown tokens left out
  // What the totals count for it: the server's, else the sum over chunks if all are known.
  std::optional<uint64_t> output_tokens;
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
};

struct Results {
  RunSpec spec;
  std::vector<std::string> notes;
  std::vector<TargetProbed> targets;
  std::vector<AgentFigures> agents;
  int64_t begun_unix_ns = 0;
  std::optional<int64_t> t0_unix_ns;
  RunEnded end;
  bool ended = false;               // the journal has its RunEnded
  uint64_t journal_torn_bytes = 0;  // cut off its end; set by whoever reads the file, not the fold

  Verdict verdict;
  // The hold [s since T0]; absent: no hold, the whole run's figures are the headline.
  struct Hold {
    double start_s = 0, length_s = 0;
    uint64_t windows = 0, requests_begun = 0;
  };
  std::optional<Hold> hold;
  bool headline_is_whole_run = false;
  double run_length_s = 0;  // T0 to the last end of a request

  Conservation conservation;  // of the whole run
  TokenTotals tokens;         // of the whole run, all outcomes
  // Tokens of a request, ok requests of the whole run (their means are the ISL and OSL).
  std::optional<Distribution> input_tokens, output_tokens;
  // Headline: the hold's, or the whole run's (label short_hold).
  ThroughputFigures throughput;
  LatencyFigures latency;
  std::optional<AcceptanceFigures> acceptance;
  // Chunk-derived, of the same requests, where `acceptance` has a better source; for comparison.
  std::optional<AcceptanceFigures> acceptance_from_chunks;
  std::optional<Distribution> receive_lag_ms;
  // The whole run's.
  ThroughputFigures whole_throughput;
  LatencyFigures whole_latency;
  std::optional<AcceptanceFigures> whole_acceptance;

  std::optional<ServerFigures> servers;  // absent unless every target was scraped
  std::vector<SliceFigures> slices;
  std::vector<WindowFigures> windows;
  // Failures by text, most frequent first: "503 (http://vllm-1:8000)".
  std::vector<std::pair<std::string, uint64_t>> failures;
};

}  // namespace specctl
