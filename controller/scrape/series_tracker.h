// Which of a target's metric series have changed since its last scrape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <absl/status/status.h>

#include "common/journal/event.h"

namespace specctl::controller {

// Follows the series of one target over its scrapes.  A series is a name with a set of labels, in
// whatever order; it is numbered from 0 in the order of first appearances.  Not thread-safe.
class SeriesTracker {
 public:
  // Says whether a sample of that name is wanted, e.g. of a family that the report knows.
  using Predicate = std::function<bool(std::string_view sample_name)>;
  // Of one target; samples of series beyond are left out and counted.
  static constexpr size_t kSeriesMax = 40'000;

  explicit SeriesTracker(Predicate wanted) : wanted_(std::move(wanted)) {}

  // Goes on with the numbers that another tracker of the target gave: the next one of `series` is
  // the next number.  Its value is told anew at the next scrape.
  void TakeUp(const MetricSeries& series);

  // Sets `scraped.new_series` to the wanted series of `text` that appear for the first time, and
  // `scraped.samples` to those that are new or whose value is not the one of their last scrape, in
  // the order of `text`.  Of two samples of one series the first counts.
  // INVALID_ARGUMENT as ForEachSample; neither `scraped` nor the tracker has then changed.
  absl::Status ReadExposition(std::string_view text, Scraped& scraped);

  // Samples left out for kSeriesMax so far.
  uint64_t dropped_samples() const { return dropped_samples_; }

 private:
  struct Series {
    double value = 0;
    uint64_t last_scrape = 0;
  };
  // A wanted sample of the text that is being read.
  struct Found {
    std::string_view text;  // name and labels as exposed
    double value = 0;
    MetricSeries series;  // decoded only where `text` is unknown
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Numbers = std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>>;

  void TakeSample(Found& found, Scraped& scraped);
  bool Number(Found& found, Scraped& scraped, uint32_t& number);

  const Predicate wanted_;
  std::vector<Series> series_;  // by number
  Numbers by_text_;             // the fast way: as exposed
  Numbers by_identity_;         // labels sorted
  std::vector<Found> found_;    // empty between calls
  uint64_t scrapes_ = 0;
  uint64_t dropped_samples_ = 0;
};

}  // namespace specctl::controller
