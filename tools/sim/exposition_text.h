// ExpositionText: metric families in the text form of a Prometheus client.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/sim/histogram.h"

namespace specctl::sim {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// As Python's client writes families that several processes count together: labels by name, no
// _created series, a histogram's sum first.  Not thread-safe.
class ExpositionText {
 public:
  // Begins a family.  `type`: "counter", "gauge".
  void Family(std::string_view name, std::string_view help, std::string_view type);
  // A sample of the family begun last.
  void Sample(MetricLabels labels, double value);

  // Whole families.
  void Gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
             double value);
  void Counter(std::string_view name, std::string_view help, const MetricLabels& labels,
               double value);
  void BeginHistogram(std::string_view name, std::string_view help);
  // Of the histogram begun last.
  void HistogramSamples(const MetricLabels& labels, const Histogram& histogram);

  std::string TakeText() && { return std::move(text_); }

 private:
  void Line(std::string_view name, MetricLabels labels, double value);

  std::string text_;
  std::string family_;
};

// `labels` and one more.
MetricLabels WithLabel(MetricLabels labels, std::string_view name, std::string_view value);

}  // namespace specctl::sim
