#include "tools/sim/pace_report.h"

#include <optional>
#include <string_view>

#include <absl/strings/str_format.h>

#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

double Micros(std::optional<Nanos> time) {
  return std::chrono::duration<double, std::micro>(time.value_or(Nanos(0))).count();
}

}  // namespace

std::string PaceReport::Text(Nanos cpu) const {
  const double per_chunk = chunks() == 0 ? 0 : Micros(cpu) / static_cast<double>(chunks());
  return absl::StrFormat(
      "chunks %d  late us p50 %.0f p99 %.0f p99.9 %.0f max %.0f  blocked %d  CPU us per chunk %.2f",
      chunks(), Micros(lateness_.Quantile(0.5)), Micros(lateness_.Quantile(0.99)),
      Micros(lateness_.Quantile(0.999)), Micros(lateness_.max()), blocked_, per_chunk);
}

std::string PaceReport::Metrics() const {
  constexpr std::string_view kName = "specctl_sim_send_lateness_seconds";
  std::string text = absl::StrFormat(
      "# HELP %s Time from when a chunk was due to when it was sent.\n# TYPE %s summary\n", kName,
      kName);
  for (const double quantile : {0.5, 0.99, 0.999, 1.0}) {
    absl::StrAppendFormat(&text, "%s{quantile=\"%s\"} %s\n", kName, PythonFloat(quantile),
                          PythonFloat(Micros(lateness_.Quantile(quantile)) / 1e6));
  }
  // The sketch keeps no sum that could be read; mean times count is it.
  const double mean_ns = lateness_.mean_ns().value_or(0);
  absl::StrAppendFormat(&text, "%s_sum %s\n%s_count %s\n", kName,
                        PythonFloat(mean_ns * 1e-9 * static_cast<double>(chunks())), kName,
                        PrometheusFloat(static_cast<double>(chunks())));
  return text;
}

}  // namespace specctl::sim
