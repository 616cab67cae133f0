// Whatever a target serves as its metrics: read or refused, and what is read can be written and
// read again.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/base/json_writer.h"
#include "common/prometheus/exposition.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string Written(const std::vector<specctl::MetricSample>& samples) {
  std::string text;
  for (const specctl::MetricSample& sample : samples) {
    text += "{" + Quoted(sample.name);
    for (const auto& [name, value] : sample.labels) {
      text += "," + Quoted(name) + "=" + Quoted(value);
    }
    text += "} " + specctl::FormatDouble(sample.value) + "\n";
  }
  return text;
}

bool SameSample(const specctl::MetricSample& a, const specctl::MetricSample& b) {
  const bool same_value = a.value == b.value || (a.value != a.value && b.value != b.value);
  return a.name == b.name && a.labels == b.labels && same_value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto samples = specctl::ParseExposition(text);
  size_t visits = 0;
  const absl::Status status = specctl::ForEachSample(text, [&](const specctl::SampleView& sample) {
    const auto alone = specctl::ParseExposition(std::string(sample.series_text) + " 1");
    Require(alone.ok() && alone->size() == 1);
    Require(alone->front().name == sample.name && alone->front().labels == sample.Labels());
    ++visits;
  });
  Require(status == samples.status());
  if (!samples.ok()) return 0;
  Require(visits == samples->size());
  const auto again = specctl::ParseExposition(Written(*samples));
  Require(again.ok() && again->size() == samples->size());
  for (size_t i = 0; i < samples->size(); ++i) Require(SameSample((*samples)[i], (*again)[i]));
  return 0;
}
