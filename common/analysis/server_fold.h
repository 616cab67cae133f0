// ServerFold: the servers' own figures, from their scrapes.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/analysis/server_series.h"
#include "common/engine/engine_profile.h"
#include "common/journal/event.h"

namespace specctl {

// One metrics URL that the run should scrape.
struct MetricsSource {
  std::string url;                 // empty: the target has none
  std::optional<uint32_t> target;  // whose counters they are; nullopt: that can't be said
};
// One a target, in the targets' order, unless they were named apart from them.
std::vector<MetricsSource> MetricsSourcesOf(const RunSpec& spec);

// The servers in one second of the run; absent where it is not known of any of them.
struct ServerWindow {
  // Sums over the servers, each with its mean in this second, or its last value before.
  std::optional<double> running, waiting;
  std::optional<double> kv_cache_share;  // mean over the servers
  // Growth of counters, spread evenly between the two scrapes that showed it.
  std::optional<double> generated_tokens, drafts, accepted_tokens;
  std::optional<uint64_t> replicas;  // servers that were read in it
};

// All servers' series.  One that is scraped under two URLs counts once; an address behind which
// servers take turns counts for nothing.  Each server behind a name (dns+http) is one of its own:
// of one that was born in the run the first scrape is where its counters begin, and one that is
// gone keeps its last values.
class ServerFold {
 public:
  void Begin(std::vector<MetricsSource> sources);
  // Names of that engine's families are known from now on.
  void AddEngine(std::string_view engine);
  void Arm(int64_t t0_mono_ns) { t0_mono_ns_ = t0_mono_ns; }

  // DATA_LOSS where a target or a series is unknown or out of bounds; the rest is applied.
  absl::Status ApplyScrape(const Scraped& scraped);

  // Figures of the whole run, of the targets that were scraped before and after; gauges over
  // windows [first, last), of all.  nullopt where nothing was scraped.
  std::optional<ServerFigures> Figures(size_t first_window, size_t last_window) const;
  ServerWindow WindowAt(size_t index) const;
  std::vector<ScrapeFailure> Failures() const;  // by URL
  // Growth over all servers; nullopt where none knows it.
  std::optional<double> Growth(ServerFigure figure) const;

 private:
  struct Gauge {
    double sum = 0;
    uint32_t scrapes = 0;
  };
  struct WindowRange {
    size_t first, last;  // without the last
  };
  struct Window {
    bool scraped = false;
    std::array<Gauge, 3> gauges;     // by kGauges
    std::array<double, 3> growth{};  // by kSpread
  };
  struct Target {
    MetricsSource source;
    uint32_t url = 0;      // index of the metrics URL that it is of
    bool is_name = false;  // its replicas, further down, are the servers
    bool born = false, gone = false;
    ServerSeries series;
    std::vector<Window> windows;
    int64_t last_scrape_ns = 0;  // since T0; valid once scraped
    // Valid once duplicates are settled: an earlier one that is the same server; a later one is.
    mutable std::optional<uint32_t> same_as;
    mutable bool has_duplicate = false;
  };
  static constexpr std::array kGauges = {ServerFigure::kRunning, ServerFigure::kWaiting,
                                         ServerFigure::kKvCacheShare};
  static constexpr std::array kSpread = {ServerFigure::kGeneratedTokens, ServerFigure::kDrafts,
                                         ServerFigure::kAcceptedTokens};

  static bool Counts(const Target& target) {
    return !target.is_name && !target.same_as && !target.series.Alternates();
  }
  void AddWindows(const Scraped& scraped, const std::array<double, 3>& before, Target& target);
  void SettleDuplicates() const;
  static std::optional<double> GaugeOf(const Target& target, size_t gauge, size_t window);
  // Over all servers, or those of one URL.
  std::optional<double> GaugeAt(size_t gauge, size_t window,
                                std::optional<uint32_t> url = {}) const;
  std::optional<double> SpreadAt(size_t counter, size_t window) const;
  std::optional<GaugeSummary> GaugeOver(size_t gauge, WindowRange windows,
                                        std::optional<uint32_t> url = {}) const;
  static TargetCounters CountersOf(const Target& target, uint32_t metrics);
  bool HasRead(const Target& target, size_t window) const;
  absl::StatusOr<Target*> TargetOf(const Scraped& scraped);
  // What the figures of the whole run are made of.
  struct Judged;
  bool IsWhole(const Target& target, Judged& judged) const;
  void AddName(uint32_t url, Judged& judged) const;
  void SetTargets(Judged& judged) const;

  std::vector<const EngineProfile*> engines_;
  std::vector<Target> targets_;                               // the URLs in order, then replicas
  std::map<std::pair<uint32_t, uint32_t>, size_t> replicas_;  // by URL and number
  size_t urls_ = 0;
  std::optional<int64_t> t0_mono_ns_;
  uint64_t scrapes_ = 0, scrapes_failed_ = 0;
  mutable bool duplicates_stale_ = false;
};

}  // namespace specctl
