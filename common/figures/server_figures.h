// What the servers' own metrics, and the network to them, say of a run; docs/metrics.md defines
// each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/figures/figure_types.h"

namespace specctl {

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
  // Drafts that proposed a token at the position; empty: the server does not tell.
  std::vector<double> drafted_by_position;
};

// A quantile of a histogram of the servers, between the ends of its bucket; without `value_ms` and
// `high_ms` it is in the open bucket, somewhere above `low_ms`.
struct HistogramQuantile {
  double low_ms = 0;
  std::optional<double> high_ms, value_ms;
};

struct HistogramFigure {
  double count = 0;  // observations
  HistogramQuantile p50, p90, p99;
};

// nullptr: of no such quantile.
const HistogramQuantile* FindQuantile(const HistogramFigure& figure, std::string_view key);

// By the servers' own histograms, over the whole run.
struct ServerLatencies {
  std::optional<HistogramFigure> ttft_ms, queue_ms, itl_ms, step_latency_ms;
};

// One of the engines behind a server.
struct RankCounters {
  std::string rank;                             // as the server names it, e.g. "0"
  ServerCounters counters;                      // of the series that name the rank
  std::optional<AcceptanceFigures> acceptance;  // by these counters
};

// Servers behind one name (dns+http), as far as they were scraped.
struct ReplicaCount {
  std::string url;                         // of the metrics, with the name
  uint64_t first = 0, born = 0, gone = 0;  // before the run; that came, and that left, in it

  uint64_t last() const { return first + born - gone; }
};

struct ServerFigures;
// Whether replicas came or went in the run.
bool ReplicasChanged(const ServerFigures& figures);

// Why scrapes of a metrics URL failed; 0 scrapes: the probe found that there is nothing to scrape.
struct ScrapeFailure {
  std::string url, text;
  uint64_t scrapes = 0;
};

// Of a gauge's means over windows.
struct GaugeSummary {
  double mean = 0, max = 0;
};

struct TargetCounters {
  uint32_t metrics = 0;            // index of the metrics URL
  std::string url;                 // of the metrics
  std::optional<uint32_t> target;  // that they are of; nullopt: that can't be said
  ServerCounters counters;
  ServerLatencies latencies;
  std::vector<RankCounters> ranks;               // empty: there is no more than one
  std::optional<GaugeSummary> running, waiting;  // over the hold
};

struct ServerFigures {
  // Sums over the targets that have the family.
  ServerCounters sums;
  ServerLatencies latencies;  // over these targets; absent where their buckets have other bounds
  // Families that not all of the targets have: their key, and the metrics URLs that are summed.
  std::vector<std::pair<std::string, std::vector<std::string>>> partial;
  std::vector<TargetCounters> targets;  // scraped before and after
  bool complete = false;                // they are all that there are
  std::optional<GaugeSummary> running, waiting,
      kv_cache_share;                  // over the hold; summed over targets
  std::vector<ReplicaCount> replicas;  // of each name
  uint64_t scrapes = 0;                // the failed ones are among them
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
