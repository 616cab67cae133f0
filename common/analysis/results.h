// Results: every figure of a run, as the fold of its journal gives it.  docs/metrics.md defines
// each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/analysis/agent_figures.h"
#include "common/analysis/figure_types.h"
#include "common/analysis/request_books.h"
#include "common/analysis/server_figures.h"
#include "common/analysis/verdict_types.h"
#include "common/figures/dimension.h"
#include "common/figures/stage.h"
#include "common/journal/event.h"
#include "common/journal/journal_loss.h"
#include "common/stats/quantiles.h"

namespace specctl {

// The requests that have one value, `key`, in a dimension.
struct SliceFigures {
  Dimension by = Dimension::kCategory;
  std::string key;
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
  Stage stage = Stage::kRamp;
  VerdictState verdict = VerdictState::kValid;
  std::vector<ReasonCode> reasons;
  std::vector<Label> labels;
  std::optional<double> output_tps;  // absent: tokens of some chunks are unknown
  double in_flight_mean = 0;
  uint64_t begun = 0, ok = 0, failed = 0;                          // begun in it; ended in it
  uint64_t chunks = 0;                                             // token-bearing, arrived in it
  std::optional<double> user_tps_p50, user_tps_p10, user_tps_p1;   // of requests that ended in it
  std::optional<double> ttft_p50_ms, ttft_p99_ms;                  // of requests begun in it
  std::optional<double> step_latency_p50_ms, step_latency_p99_ms;  // of chunks that arrived in it
  std::optional<double> acceptance_length;                         // tokens a step, chunk-derived
  std::optional<double> servers_running, servers_waiting, servers_kv_cache_share;
  std::optional<double> servers_generated_tokens, servers_acceptance_per_draft;  // deltas in it
};

struct Results {
  RunSpec spec;
  std::vector<std::string> notes;
  std::vector<TargetProbed> targets;
  std::vector<AgentFigures> agents;
  int64_t begun_unix_ns = 0;
  std::optional<int64_t> t0_unix_ns;
  RunEnded end;
  bool ended = false;  // the journal has its RunEnded
  // What of the journal's file was lost; set by whoever reads the file, not the fold.
  uint64_t journal_torn_bytes = 0;  // cut off its end
  JournalDamage journal_damage;     // before its end

  Verdict verdict;
  // The hold [s since T0]; absent: no hold, the whole run's figures are the headline.
  struct Hold {
    double start_s = 0, length_s = 0;
    uint64_t windows = 0, requests_begun = 0;
    uint64_t windows_left_out = 0;  // invalid ones, of which the headline knows nothing
  };
  std::optional<Hold> hold;
  bool headline_is_whole_run = false;
  double run_length_s = 0;  // T0 to the last end of a request

  Conservation conservation;                  // of the whole run
  TokenTotals tokens;                         // of the whole run, all outcomes
  TokenBooks token_books, whole_token_books;  // of the headline's requests, and of all
  // Too many of the hold's tokens can't be given to chunks: its TPS, ITL and User TPS are withheld.
  bool tokens_withheld = false;
  // Tokens of a request, ok requests of the whole run (their means are the ISL and OSL).
  std::optional<Distribution> input_tokens, output_tokens;
  // Headline: the hold's, or the whole run's (label short_hold).
  ThroughputFigures throughput;
  LatencyFigures latency;
  std::optional<AcceptanceFigures> acceptance;
  // Chunk-derived, of the same requests, where `acceptance` has a better source; for comparison.
  std::optional<AcceptanceFigures> acceptance_from_chunks;
  // By the servers' counters, over the whole run; for comparison.
  std::optional<AcceptanceFigures> acceptance_of_counters;
  std::vector<TargetAcceptance> acceptance_sources;  // by target
  std::vector<TargetNetwork> networks;               // by target, of those that were measured
  std::optional<Distribution> receive_lag_ms;
  // The hold's with the windows that were left out; absent where none was.
  struct WithInvalid {
    ThroughputFigures throughput;
    LatencyFigures latency;
  };
  std::optional<WithInvalid> with_invalid;
  std::optional<StartSkew> start_skew;  // absent with one agent
  // The whole run's.
  ThroughputFigures whole_throughput;
  LatencyFigures whole_latency;
  std::optional<AcceptanceFigures> whole_acceptance;

  std::optional<ServerFigures> servers;  // absent where nothing was scraped
  std::vector<ScrapeFailure> metrics_failures;
  std::vector<SliceFigures> slices;
  std::vector<WindowFigures> windows;
  std::vector<FailureCause> failures;  // most frequent first
  ResponseOddities oddities;
  Outages outages;
};

}  // namespace specctl
