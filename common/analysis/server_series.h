// ServerSeries: what one metrics URL has shown over a run.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "common/engine/engine_profile.h"
#include "common/figures/server_figures.h"
#include "common/journal/event.h"
#include "common/prometheus/bucket_histogram.h"
#include "common/prometheus/counter_deltas.h"

namespace specctl {

// Counters grow over all series and ranks, each with its own resets.  A series that first appears
// after the first scrape grew from 0.  Of a figure that is exposed under several names the best is
// taken.  A figure of which any series is NaN, infinite or (a counter) negative is not known as
// long as it is; nor is one that the server rounds.  Behind an address that alternates between
// servers nothing is known.
class ServerSeries {
 public:
  // `engines`: whose families are known.  DATA_LOSS where a series is unknown or out of bounds; the
  // rest is applied.
  absl::Status ApplySamples(const Scraped& scraped, std::span<const EngineProfile* const> engines);

  // Scraped before and after the run.
  bool is_whole() const { return before_ && after_; }
  // What the server, born or gone in the run, has shown last is its begin, its end.
  void BeginHere() { before_ = true; }
  void EndHere() { after_ = true; }
  bool Knows(ServerFigure figure) const;
  bool KnowsAny() const;  // of the figures that are reported
  // nullopt where it is not known.
  std::optional<double> Growth(ServerFigure figure) const;
  std::optional<double> Gauge(ServerFigure figure) const;  // at the last scrape
  // Of the run so far, with what follows from other figures.
  FigureValues Values() const { return ValuesOf(kWholeServer); }
  ServerCounters Counters() const { return CountersOf(kWholeServer); }
  // By the label that the engine tells its ranks apart by; empty where no series has it.
  std::vector<RankCounters> Ranks() const;
  // nullopt: not known, or a counter was reset, since which buckets had been counted anew can't be
  // told of all.
  std::optional<BucketHistogram> Histogram(ServerFigure figure) const;

  // Counters fell again and again and came back, or the process's start did.
  bool Alternates() const;
  // A process that restarts resets all its series: the most that one saw.
  uint64_t Falls() const;
  // Names that say again what another says.
  std::vector<std::string> OtherNames() const;
  // At most kFailureTextsMax different ones; the last counts all that are left.
  std::span<const ScrapeFailure> failures() const { return failures_; }

  // Two URLs of one server: by its address, its process's start and its counters, of which two
  // must agree (address or start is one of them).
  static bool AreOneServer(const ServerSeries& a, const ServerSeries& b);
  // Hashes of what must agree; two URLs of one server have one in common.
  std::vector<uint64_t> IdentityKeys() const;

 private:
  static constexpr size_t kFailureTextsMax = 3;
  static constexpr size_t kWholeServer = SIZE_MAX;
  struct Series {
    const MetricFamily* family = nullptr;  // nullptr: none that is known
    bool copy = false;                     // says again what an earlier series says
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels;  // in order
    uint32_t position = 0;
    double upper_s = 0;          // of a bucket
    size_t rank = kWholeServer;  // index in ranks_; kWholeServer: of none alone
    CounterSeries counter;
    std::optional<double> value;  // the last one; nullopt: none that is a number
  };
  struct Figure {
    bool seen = false, rounded = false;
    int best_name = 4;  // the best of its series' OrderOfName()
  };

  static int OrderOfName(const Series& series);
  Series MakeSeries(const MetricSeries& of, std::span<const EngineProfile* const> engines);
  void AddSample(Series& series, double value);
  void OnProcessStart(double start_s);
  void OnFailure(const Scraped& scraped);
  const Figure& Of(ServerFigure figure) const { return figures_[static_cast<size_t>(figure)]; }
  // Whether the figure is taken from it.
  bool Counts(const Series& series) const;
  bool Counts(const Series& series, ServerFigure figure, size_t rank) const;
  // Of a rank, or of the whole server.
  std::optional<double> GrowthOf(ServerFigure figure, size_t rank) const;
  std::optional<double> GaugeOf(ServerFigure figure, size_t rank) const;
  std::vector<double> ByPosition(ServerFigure figure, size_t rank) const;
  FigureValues ValuesOf(size_t rank) const;
  ServerCounters CountersOf(size_t rank) const;
  bool ReadPlace(Series& series) const;
  void ReadRank(Series& series);
  std::vector<const Series*> SortedCounters() const;
  bool HasCountersOf(const ServerSeries& other) const;
  bool IsCopy(const Series& series) const;

  const EngineProfile* engine_ = nullptr;  // whose families they are
  bool before_ = false, after_ = false, after_failure_ = false;
  std::string path_;                    // of the URL
  std::string peer_;                    // who answered the last scrape
  std::vector<double> process_starts_;  // different ones, the present one last
  bool start_came_back_ = false;
  std::array<Figure, kServerFigures> figures_;
  std::vector<Series> series_;
  std::vector<std::string> ranks_;  // in the order of first appearances
  std::vector<ScrapeFailure> failures_;
};

}  // namespace specctl
