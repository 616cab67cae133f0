#include "common/report/figure_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kQuantileColumns = 10;
constexpr std::string_view kGap = "   ";
constexpr std::string_view kErrorHead = "error at most";

std::string TrimmedLine(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// Why a figure over requests is missing.
std::string_view WhyMissing(const Results& results) {
  if (results.conservation.sent == 0) return "nothing was sent";
  if (results.conservation.ok == 0) return "no request ended ok";
  if (results.tokens_withheld) return "withheld: tokens can't be attributed to chunks";
  return "no request has what it needs";
}

using Columns = std::array<std::string_view, 4>;

std::string QuantileHeader(const Columns& names, std::string_view last) {
  std::string line = PadRight("", kNameColumns);
  line += PadLeft(names[0], kValueColumns);
  for (size_t i = 1; i < names.size(); ++i) line += PadLeft(names[i], kQuantileColumns);
  return TrimmedLine(line + std::string(kGap) + std::string(last));
}

std::string QuantileLine(std::string_view name, const std::array<double, 4>& values) {
  std::string line = PadRight(name, kNameColumns) + PadLeft(FigureText(values[0]), kValueColumns);
  for (size_t i = 1; i < values.size(); ++i) {
    line += PadLeft(FigureText(values[i]), kQuantileColumns);
  }
  return TrimmedLine(line);
}

std::string MissingLine(std::string_view name, std::string_view why) {
  return TrimmedLine(PadRight(name, kNameColumns) + PadLeft("-", kValueColumns) +
                     std::string(kGap) + std::string(why));
}

std::string_view WhyNoTps(const Results& results) {
  if (results.conservation.sent == 0) return "nothing was sent";
  if (results.tokens_withheld) return WhyMissing(results);
  // Which of them came within the hold is not known.
  if (results.tokens.output) return "tokens are known only per response: see \"whole run\"";
  return "no tokens could be counted";
}

std::string OutputTpsLine(const Results& results) {
  const ThroughputFigures& figures = results.throughput;
  if (!figures.output_tps) {
    return MissingLine("output TPS", WhyNoTps(results));
  }
  const std::string line = FigureStart("output TPS", FigureText(figures.output_tps->value),
                                       IntervalText(*figures.output_tps, FigureText));
  std::vector<std::string> items;
  const auto add = [&](std::string_view name, std::optional<double> value) {
    if (value) items.push_back(std::string(name) + FigureText(*value));
  };
  add("per GPU ", figures.output_tps_per_gpu);
  add("peak ", figures.output_tps_peak);
  if (figures.total_tps) add("total TPS ", figures.total_tps->value);
  std::string out;
  AppendFlow({.label = line, .label_columns = ColumnsOf(line)}, items, out);
  return out;
}

std::string RequestsLine(const Results& results) {
  const std::optional<Estimate>& rate = results.throughput.requests_per_s;
  if (!rate) return MissingLine("requests/s", WhyMissing(results));
  return TrimmedLine(
      FigureStart("requests/s", FigureText(rate->value), IntervalText(*rate, FigureText)));
}

std::string UserTpsMeanLine(const Results& results) {
  const std::optional<Estimate>& mean = results.throughput.user_tps_mean;
  if (!mean) return MissingLine("user TPS, mean", WhyMissing(results));
  return TrimmedLine(
      FigureStart("user TPS, mean", FigureText(mean->value), IntervalText(*mean, FigureText)));
}

// A rate: the slow users are in the low quantiles, so it has columns of its own.
std::string UserTpsLines(const Results& results) {
  const std::optional<Distribution>& figure = results.latency.user_tps;
  if (!figure) return "";  // the line of its mean says why
  return QuantileHeader({"mean", "p50", "p10", "p1"}, "") +
         QuantileLine("user TPS", {figure->mean, figure->p50, figure->p10, figure->p1});
}

// The larger of the errors of the median and the 99th percentile.
std::string ErrorText(const Distribution& figure) {
  if (!figure.error) return "";
  constexpr double kShownMin = 0.0015;  // below it is a microsecond, that of the stamps
  const double error = std::max(figure.error->p50, figure.error->p99);
  return std::string(kGap) + (error < kShownMin ? "0.001" : FigureText(error));
}

std::string LatencyLine(std::string_view name, const std::optional<Distribution>& figure,
                        std::string_view why_missing) {
  if (!figure) return MissingLine(name, why_missing);
  std::string line = QuantileLine(name, {figure->mean, figure->p50, figure->p90, figure->p99});
  line.pop_back();
  return TrimmedLine(line + ErrorText(*figure));
}

// The answer's first token is a figure of its own only where reasoning comes before it.
bool AnswerComesLater(const LatencyFigures& figures) {
  if (!figures.ttfo_ms) return false;
  return !figures.ttft_ms || figures.ttfo_ms->mean != figures.ttft_ms->mean;
}

// The headline's main figures over something else, to stand beside them.
std::string BesideLine(std::string_view label, const ThroughputFigures& throughput,
                       const LatencyFigures& latency) {
  std::vector<std::string> items;
  if (throughput.output_tps) {
    items.push_back("output TPS " + FigureText(throughput.output_tps->value));
  }
  const auto add = [&](const std::string& name, const std::optional<Distribution>& figure) {
    if (!figure) return;
    items.push_back(name + " p50 " + FigureText(figure->p50) + ", p99 " + FigureText(figure->p99));
  };
  add("TTFT ms", latency.ttft_ms);
  add("ITL ms", latency.itl_ms);
  add("step latency ms", latency.step_latency_ms);
  std::string out;
  if (!items.empty()) {
    AppendFlow({.label = label, .label_columns = kNameColumns}, items, out);
  }
  return out;
}

}  // namespace

std::string FigureStart(std::string_view name, std::string_view value, std::string_view interval) {
  return PadRight(name, kNameColumns) + PadLeft(value, kValueColumns) + std::string(kGap) +
         PadRight(interval, kIntervalColumns);
}

std::string IntervalText(const Estimate& estimate, std::string (*number)(double)) {
  if (!estimate.low || !estimate.high) return "";
  return number(*estimate.low) + " .. " + number(*estimate.high);
}

std::string FigureTable(const Results& results) {
  const LatencyFigures& figures = results.latency;
  const std::string_view why = WhyMissing(results);
  const std::string_view why_steps = HasLabel(results.verdict.labels, Label::kTotalsOnly)
                                         ? "the server reports only the total tokens of a response"
                                         : why;
  std::string out = TrimmedLine(FigureStart("", "value", "95 % interval"));
  out += OutputTpsLine(results) + RequestsLine(results) + UserTpsMeanLine(results) + "\n";
  out += QuantileHeader({"mean", "p50", "p90", "p99"}, kErrorHead);
  out += LatencyLine("TTFT ms", figures.ttft_ms, why);
  if (AnswerComesLater(figures)) out += LatencyLine("TTFO ms (answer)", figures.ttfo_ms, why);
  out += LatencyLine("ITL ms", figures.itl_ms, why);
  std::string steps = LatencyLine("step latency ms", figures.step_latency_ms, why_steps);
  if (HasLabel(results.verdict.labels, Label::kMergedSteps)) {
    steps.insert(steps.size() - 1, "   (of merged chunks)");
  }
  out += steps;
  out += LatencyLine("request latency ms", figures.request_latency_ms, why);
  out += UserTpsLines(results);
  if (results.with_invalid) {
    out +=
        BesideLine("with invalid", results.with_invalid->throughput, results.with_invalid->latency);
  }
  if (!results.headline_is_whole_run) {
    out += BesideLine("whole run", results.whole_throughput, results.whole_latency);
  }
  return out;
}

}  // namespace specctl
