#include "controller/scrape/series_tracker.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/prometheus/exposition.h"

namespace specctl::controller {
namespace {

// The same for every order of the labels; 0xFF is in no UTF-8 text.
std::string Identity(const MetricSeries& series) {
  MetricLabels labels = series.labels;
  std::sort(labels.begin(), labels.end());
  std::string identity = series.name;
  for (const auto& [name, value] : labels) {
    identity += '\xFF';
    identity += name;
    identity += '\xFF';
    identity += value;
  }
  return identity;
}

// Bit by bit, so that a NaN that stays is no change.
bool SameValue(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

}  // namespace

void SeriesTracker::TakeUp(const MetricSeries& series) {
  if (series.series != series_.size()) return;
  by_identity_.emplace(Identity(series), series.series);
  series_.emplace_back();
}

absl::Status SeriesTracker::ReadExposition(std::string_view text, Scraped& scraped) {
  found_.clear();
  const absl::Status status = ForEachSample(text, [this](const SampleView& sample) {
    if (!wanted_(sample.name)) return;
    Found& found = found_.emplace_back();
    found.text = sample.series_text;
    found.value = sample.value;
    // Labels are parsed once a series.
    if (by_text_.find(sample.series_text) != by_text_.end()) return;
    found.series.name = sample.name;
    found.series.labels = sample.Labels();
  });
  if (status.ok()) {
    ++scrapes_;
    scraped.new_series.clear();
    scraped.samples.clear();
    for (Found& found : found_) TakeSample(found, scraped);
  }
  found_.clear();
  return status;
}

void SeriesTracker::TakeSample(Found& found, Scraped& scraped) {
  uint32_t number = 0;
  if (!Number(found, scraped, number)) {
    ++dropped_samples_;
    return;
  }
  Series& series = series_[number];
  const bool is_new = series.last_scrape == 0;
  // Twice in one text: the first one counts.
  if (series.last_scrape == scrapes_) return;
  series.last_scrape = scrapes_;
  // Only what changed is kept: most series of a server rarely change.
  if (!is_new && SameValue(series.value, found.value)) return;
  series.value = found.value;
  scraped.samples.emplace_back(number, found.value);
}

// Finds the number of a sample's series, or gives it one; false where no more are taken.
bool SeriesTracker::Number(Found& found, Scraped& scraped, uint32_t& number) {
  if (const auto known = by_text_.find(found.text); known != by_text_.end()) {
    number = known->second;
    return true;
  }
  std::string identity = Identity(found.series);
  if (const auto known = by_identity_.find(identity); known != by_identity_.end()) {
    number = known->second;
  } else {
    if (series_.size() == kSeriesMax) return false;
    number = static_cast<uint32_t>(series_.size());
    series_.emplace_back();
    by_identity_.emplace(std::move(identity), number);
    found.series.series = number;
    scraped.new_series.push_back(std::move(found.series));
  }
  // A server that shuffles its labels is read the slow way, rather than remembered without end.
  if (by_text_.size() < 2 * kSeriesMax) by_text_.emplace(found.text, number);
  return true;
}

}  // namespace specctl::controller
