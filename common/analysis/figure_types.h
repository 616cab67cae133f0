// The kinds of figures that results are made of; docs/metrics.md defines each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/engine/token_accounting.h"
#include "common/journal/agent_batch.h"
#include "common/stats/quantiles.h"

namespace specctl {

// Counts of requests; planned = sent + shed + unassigned, sent = the outcomes' sum + in_flight.
struct Conservation {
  std::optional<uint64_t> planned;
  uint64_t sent = 0, shed = 0;
  std::array<uint64_t, kUnassignedReasons> unassigned{};  // by UnassignedReason
  uint64_t ok = 0, failed = 0, timed_out = 0, cancelled = 0, lost = 0;
  uint64_t in_flight = 0;  // 0 once a run has ended
  uint64_t resends = 0;
  uint64_t Unassigned() const;
  bool Holds() const;  // both identities
};

// Requests that were not ok for one reason.
struct FailureCause {
  std::string text;    // in few words, and where: "503 (http://vllm-1:8000)"
  std::string reason;  // in the server's words, or ours, of the first of them; empty: none given
  uint64_t requests = 0;
};

// What was odd about responses and did not undo them.
struct ResponseOddities {
  uint64_t passed_over = 0;                        // responses of which something was passed over
  std::map<std::string, uint64_t> passed_over_by;  // the same, by what was the first in each
  uint64_t left_open = 0;  // complete ones whose connection stayed open, and was closed
};

// Stretches in which no token came though requests waited; see FindOutages().
struct Outages {
  struct Span {
    int64_t start_s = 0;  // since T0
    uint64_t windows = 0;
    int64_t end_s() const { return start_s + static_cast<int64_t>(windows); }
  };
  std::vector<Span> spans;
  std::optional<double> output_tps_outside;  // of the headline's time that lies in none
};

// Tokens by chunks and by totals; docs/metrics.md, "Tokens that do not add up".
inline constexpr size_t kTokenFaults = static_cast<size_t>(TokenFault::kOtherChoices) + 1;
struct TokenBooks {
  uint64_t by_chunks = 0;  // of known tokens
  uint64_t by_totals = 0;
  uint64_t responses_of_unknown_chunks = 0;
  uint64_t apart = 0;  // tokens
  uint64_t responses_apart = 0;
  std::array<uint64_t, kTokenFaults> faults{};  // responses, by TokenFault; kNone: sums differ
  double ApartShare() const;                    // of the totals, 0..1
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
  std::optional<double> output_tps_per_gpu, output_tps_peak;  // peak: the best window
};

// kCounters: the servers' own, over the whole run.  kMixed: targets with different ones.
enum class AcceptanceSource { kPerRequest, kTimings, kChunks, kCounters, kMixed };
std::string_view AcceptanceSourceName(AcceptanceSource source);  // "per_request", ...

struct AcceptanceFigures {
  AcceptanceSource source = AcceptanceSource::kChunks;
  double source_share = 0;  // share of ok requests that enter, 0..1
  std::optional<uint64_t> steps, drafts;
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
  std::vector<uint64_t> histogram;         // [k]: steps of k + 1 tokens, uncut
  std::vector<uint64_t> cut_histogram;     // [k]: last steps that were cut at k + 1 tokens, perhaps
  bool approximate = false;            // chunk-derived, and how many steps are merged is unknown
  std::optional<double> merged_share;  // from the servers' own number of steps
};

// Where a target's acceptance comes from.
struct TargetAcceptance {
  uint32_t target = 0;
  bool speculates = true;                  // false: no sign of a draft anywhere
  std::optional<AcceptanceSource> source;  // nullopt: there is none that can be trusted
  std::string why_none;
  uint64_t requests = 0;  // ok requests that have it
  double share = 0;       // of the target's ok requests
  std::optional<uint32_t> draft_length;
  std::optional<double> merged_share;  // of its steps, into others' chunks
};

// The network between the agents and a target.
struct TargetNetwork {
  uint32_t target = 0;
  uint64_t connections = 0;                        // whose round trip is known
  double round_trip_ms = 0;                        // the median over them of the least that TCP saw
  std::optional<double> ttft_p50_ms, ttft_p99_ms;  // of the target's headline requests
};

// Deltas of counters over the whole run, summed over all series and ranks.
struct ServerCounters {
  std::optional<double> generated_tokens, prompt_tokens, first_tokens, drafts, drafted_tokens,
      accepted_tokens, engine_steps, prefix_hit_rate, preemptions, requests_finished;
  std::vector<double> accepted_by_position;
};

struct TargetCounters {
  uint32_t metrics = 0;            // index of the metrics URL
  std::string url;                 // of the metrics
  std::optional<uint32_t> target;  // that they are of; nullopt: that can't be said
  ServerCounters counters;
};

// Why scrapes of a metrics URL failed; 0 scrapes: the probe found that there is nothing to scrape.
struct ScrapeFailure {
  std::string url, text;
  uint64_t scrapes = 0;
};

struct ServerFigures {
  // Sums over the targets that have the family.
  ServerCounters sums;
  // Families that not all of the targets have: their key, and the metrics URLs that are summed.
  std::vector<std::pair<std::string, std::vector<std::string>>> partial;
  std::vector<TargetCounters> targets;  // scraped before and after
  bool complete = false;                // they are all that there are
  struct Gauge {
    double mean = 0, max = 0;
  };
  std::optional<Gauge> running, waiting, kv_cache_share;  // over the hold; summed over targets
  uint64_t scrapes = 0;                                   // the failed ones are among them
  uint64_t scrapes_failed = 0, resets = 0;
  bool any_known = false;  // of all figures
  // URLs behind which several servers take turns, and how often their counters fell.  With any of
  // these there are no sums.
  std::vector<std::pair<std::string, uint64_t>> alternating;
  // URLs of a server that another URL, the second of each pair, is of: left out.
  std::vector<std::pair<std::string, std::string>> duplicates;
  std::vector<std::string> other_names;  // that say again what another name says; not counted

  const ServerCounters* OfTarget(uint32_t target) const;  // nullptr: none
};

}  // namespace specctl
