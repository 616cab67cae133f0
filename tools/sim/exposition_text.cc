#include "tools/sim/exposition_text.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

std::string Escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    c == '\n' ? out += "\\n" : out += c;
  }
  return out;
}

std::string SampleValue(double value) { return std::isnan(value) ? "NaN" : PrometheusFloat(value); }

}  // namespace

void ExpositionText::Family(std::string_view name, std::string_view help, std::string_view type) {
  absl::StrAppendFormat(&text_, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
  family_ = std::string(name);
}

void ExpositionText::Sample(MetricLabels labels, double value) {
  Line(family_, std::move(labels), value);
}

void ExpositionText::Gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
                           double value) {
  Family(name, help, "gauge");
  Sample(labels, value);
}

void ExpositionText::Counter(std::string_view name, std::string_view help,
                             const MetricLabels& labels, double value) {
  Family(name, help, "counter");
  Sample(labels, value);
}

void ExpositionText::BeginHistogram(std::string_view name, std::string_view help) {
  Family(name, help, "histogram");
}

void ExpositionText::HistogramSamples(const MetricLabels& labels, const Histogram& histogram) {
  Line(family_ + "_sum", labels, histogram.sum());
  const std::span<const double> bounds = histogram.bounds();
  for (size_t i = 0; i <= bounds.size(); ++i) {
    // One more than the bounds: everything.
    const std::string bound = i < bounds.size() ? PrometheusFloat(bounds[i]) : "+Inf";
    Line(family_ + "_bucket", WithLabel(labels, "le", bound),
         static_cast<double>(histogram.Cumulative(i)));
  }
  Line(family_ + "_count", labels, static_cast<double>(histogram.count()));
}

void ExpositionText::Line(std::string_view name, MetricLabels labels, double value) {
  std::ranges::sort(labels);
  text_ += name;
  char before = '{';
  for (const auto& [label, text] : labels) {
    absl::StrAppendFormat(&text_, "%c%s=\"%s\"", before, label, Escaped(text));
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  absl::StrAppendFormat(&text_, " %s\n", SampleValue(value));
}

MetricLabels WithLabel(MetricLabels labels, std::string_view name, std::string_view value) {
  labels.emplace_back(name, value);
  return labels;
}

}  // namespace specctl::sim
