#include "controller/live/live_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <absl/strings/str_format.h>

#include "common/report/number_text.h"

namespace specctl::controller {
namespace {

constexpr size_t kSparklineColumns = 40;
constexpr std::array<std::string_view, 8> kBars = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                   "\u2585", "\u2586", "\u2587", "\u2588"};

std::string Duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return absl::StrFormat("%d s", whole);
  if (whole < 3600) return absl::StrFormat("%d:%02d min", whole / 60, whole % 60);
  return absl::StrFormat("%d:%02d h", whole / 3600, whole / 60 % 60);
}

std::string Milliseconds(const std::optional<double>& value) {
  if (!value) return "-";
  return absl::StrFormat(*value < 100 ? "%.1f" : "%.0f", *value);
}

std::string VerdictText(const Verdict& verdict) {
  std::string text = "valid";
  if (verdict.state == VerdictState::kDegraded) text = "degraded";
  if (verdict.state == VerdictState::kInvalid) text = "INVALID";
  const char* separator = ": ";
  for (const VerdictReason& reason : verdict.reasons) {
    // A live window's reason has a code alone.
    text += separator;
    text += reason.name();
    if (!reason.text.empty()) text += " (" + reason.text + ")";
    separator = ", ";
  }
  separator = "   labels: ";
  for (const VerdictLabel& label : verdict.labels) {
    text += separator;
    text += label.name();
    separator = ", ";
  }
  return text;
}

std::string TimeText(const RunSnapshot& snapshot) {
  std::string text = Duration(snapshot.figures.elapsed_s);
  if (const auto left = TimeLeftSeconds(snapshot)) text += ", " + Duration(*left) + " left";
  return text;
}

std::string DoneText(const LiveFigures& figures) {
  std::string text = "done " + CountText(figures.done);
  if (figures.planned) text += " of " + CountText(*figures.planned);
  return text + "   in flight " + CountText(figures.in_flight) + "   failed " +
         CountText(figures.failed);
}

std::string AgentsText(const LiveFigures& figures) {
  std::string text = absl::StrFormat("agents %d", figures.agents);
  if (figures.agents_lost > 0) absl::StrAppendFormat(&text, " (%d LOST)", figures.agents_lost);
  return text;
}

double LastTps(const LiveFigures& figures) {
  return figures.output_tps_by_second.empty() ? 0 : figures.output_tps_by_second.back();
}

std::string LatencyText(std::string_view name, const std::optional<double>& p50,
                        const std::optional<double>& p99) {
  return absl::StrFormat("%s ms p50 %s p99 %s", std::string(name), Milliseconds(p50),
                         Milliseconds(p99));
}

std::string LatenciesText(const LiveFigures& figures, std::string_view between) {
  const WindowValues recent = figures.recent.value_or(WindowValues());
  return LatencyText("TTFT", recent.ttft_p50_ms, recent.ttft_p99_ms) + std::string(between) +
         LatencyText("step", recent.step_latency_p50_ms, recent.step_latency_p99_ms);
}

// At most `width` columns; every code point here is one column wide.
std::string Fitted(std::string line, size_t width) {
  size_t columns = 0;
  for (size_t at = 0; at < line.size(); ++at) {
    const bool starts_code_point = (static_cast<unsigned char>(line[at]) & 0xC0) != 0x80;
    if (starts_code_point && columns++ == width) {
      line.resize(at);
      break;
    }
  }
  return line;
}

}  // namespace

std::optional<double> TimeLeftSeconds(const RunSnapshot& snapshot) {
  std::optional<double> left = snapshot.duration_left_s;
  const LiveFigures& figures = snapshot.figures;
  if (figures.planned && figures.done > 0 && figures.elapsed_s > 0) {
    const double to_do = static_cast<double>(*figures.planned) - static_cast<double>(figures.done);
    // By requests so far: early on it is rough, but it needs no model of the load.
    const double by_rate =
        std::max(to_do, 0.0) * figures.elapsed_s / static_cast<double>(figures.done);
    left = left ? std::min(*left, by_rate) : by_rate;
  }
  // --until ends a run before its limits; a guess as well.
  if (snapshot.precise_in_s)
    left = std::min(*snapshot.precise_in_s, left.value_or(*snapshot.precise_in_s));
  if (left) left = std::max(*left, 0.0);
  return left;
}

std::string Sparkline(std::span<const double> values, size_t width) {
  values = values.last(std::min(width, values.size()));
  std::string line;
  const double highest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  for (const double value : values) {
    const double share = highest > 0 ? std::max(value, 0.0) / highest : 0;
    line += kBars[std::min<size_t>(static_cast<size_t>(share * 8), 7)];
  }
  return line;
}

std::vector<std::string> BlockLines(const RunSnapshot& snapshot, size_t width) {
  const LiveFigures& figures = snapshot.figures;
  std::vector<std::string> lines = {
      absl::StrFormat("run %s   %s   %s", snapshot.run_id, LiveStageName(figures.stage),
                      TimeText(snapshot)),
      "  " + DoneText(figures) + "   " + AgentsText(figures),
      absl::StrFormat("  TPS %8s  %s", FixedText(LastTps(figures), 0),
                      Sparkline(figures.output_tps_by_second, kSparklineColumns)),
      "  " + LatenciesText(figures, "   "), "  so far " + VerdictText(figures.verdict)};
  if (!snapshot.precision.empty()) lines.push_back("  " + snapshot.precision);
  for (std::string& line : lines) line = Fitted(std::move(line), width);
  return lines;
}

std::string PlainLine(const RunSnapshot& snapshot) {
  const LiveFigures& figures = snapshot.figures;
  std::string line = absl::StrFormat("%s  %s  %s  TPS %s  %s  %s  %s", LiveStageName(figures.stage),
                                     TimeText(snapshot), DoneText(figures),
                                     FixedText(LastTps(figures), 0), LatenciesText(figures, "  "),
                                     AgentsText(figures), VerdictText(figures.verdict));
  if (!snapshot.precision.empty()) line += "  " + snapshot.precision;
  return line;
}

}  // namespace specctl::controller
