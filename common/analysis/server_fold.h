// ServerFold: the servers' own figures, from their scrapes.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/analysis/results.h"
#include "common/engine/engine_profile.h"
#include "common/journal/event.h"
#include "common/prometheus/counter_deltas.h"

namespace specctl {

// One metrics URL that the run should scrape.
struct MetricsSource {
  std::string url;                 // empty: the target has none
  std::optional<uint32_t> target;  // whose counters they are; nullopt: that can't be said
};
// One a target, in the targets' order, unless they were named apart from them.
std::vector<MetricsSource> MetricsSourcesOf(const RunSpec& spec);

// The servers in one second of the run.
struct ServerWindow {
  uint32_t gauge_scrapes = 0;
  double running = 0, waiting = 0, kv_cache_share = 0;  // sums over gauge_scrapes
  // Growth of counters, spread evenly between the two scrapes that showed it.
  double generated_tokens = 0, drafts = 0, accepted_tokens = 0;
};

// Counters grow over all series and ranks of a target, each with its own resets.  A series that
// first appears at a target after its first scrape grew from 0.  Gauges are taken at each scrape as
// the sum (of the KV cache share the mean) over targets, each with its last value.
class ServerFold {
 public:
  void Begin(std::vector<MetricsSource> sources);
  // Names of that engine's families are known from now on.
  void AddEngine(std::string_view engine);
  void Arm(int64_t t0_mono_ns) { t0_mono_ns_ = t0_mono_ns; }

  // DATA_LOSS where a target or a series is unknown or out of bounds; the rest is applied.
  absl::Status Apply(const Scraped& scraped);

  // Figures of the whole run, of the targets that were scraped before and after; gauges over
  // windows [first, last), of all.  nullopt where there is no such target.
  std::optional<ServerFigures> Figures(size_t first_window, size_t last_window) const;
  std::span<const ServerWindow> windows() const { return windows_; }
  // Whether `figure` was exposed by any target, and always exactly.
  bool Knows(ServerFigure figure) const;
  double prefix_hits() const { return GrowthOf(ServerFigure::kPrefixHits); }
  double prefix_queries() const { return GrowthOf(ServerFigure::kPrefixQueries); }

 private:
  struct Series {
    const MetricFamily* family = nullptr;  // nullptr: none that is known
    uint32_t position = 0;
    CounterSeries counter;
    double gauge = 0;
  };
  struct Target {
    MetricsSource source;
    bool before = false, after = false;
    std::array<double, kServerFigures> growth{};
    std::array<bool, kServerFigures> seen{}, rounded{};
    std::vector<double> accepted_by_position;
    int64_t last_scrape_ns = 0;  // since T0; valid once scraped
    std::vector<Series> series;
    // Figures that a family of first name gives; others of the same figure are left out.
    std::array<bool, kServerFigures> has_first_name{};

    bool Knows(ServerFigure figure) const;
    std::optional<double> Grown(ServerFigure figure) const;
    ServerCounters Counters() const;
  };

  struct Growth {
    double generated_tokens = 0, drafts = 0, accepted_tokens = 0;
  };

  absl::Status AddSamples(const Scraped& scraped, Target& target);
  Series MakeSeries(const MetricSeries& series, Target& target) const;
  bool Counts(const Series& series, const Target& target) const;
  void AddSample(Series& series, Target& target, double value);
  double GrowthOf(ServerFigure figure) const;  // over all targets
  double GaugeOf(ServerFigure figure) const;
  void AddGauges(int64_t time_ns);
  Growth GrowthSoFar() const;
  void SpreadGrowth(int64_t from_ns, int64_t to_ns, const Growth& growth);

  std::optional<ServerFigures::Gauge> GaugeOver(ServerFigure figure, double ServerWindow::*sum,
                                                size_t first, size_t last) const;
  uint64_t Resets() const;

  std::vector<const EngineProfile*> engines_;
  std::vector<Target> targets_;
  std::vector<ServerWindow> windows_;
  std::optional<int64_t> t0_mono_ns_;
  uint64_t scrapes_ = 0, scrapes_failed_ = 0;
};

}  // namespace specctl
