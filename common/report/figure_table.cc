#include "common/report/figure_table.h"

#include <algorithm>
#include <vector>

#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kQuantileColumns = 10;
constexpr std::string_view kGap = "   ";

std::string TrimmedLine(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

bool HasLabel(const Results& results, std::string_view code) {
  const auto& labels = results.verdict.labels;
  return std::any_of(labels.begin(), labels.end(),
                     [&](const VerdictReason& label) { return label.code == code; });
}

// Why a figure over requests is missing.
std::string_view WhyMissing(const Results& results) {
  if (results.conservation.sent == 0) return "nothing was sent";
  if (results.conservation.ok == 0) return "no request ended ok";
  if (results.tokens_withheld) return "withheld: tokens can't be given to chunks";
  return "no request has what it needs";
}

std::string HeaderLine() {
  std::string line = FigureStart("", "value", "95 % interval");
  for (const std::string_view name : {"mean", "p50", "p90", "p99"}) {
    line += PadLeft(name, kQuantileColumns);
  }
  return TrimmedLine(std::move(line));
}

std::string MissingLine(std::string_view name, std::string_view why) {
  return TrimmedLine(FigureStart(name, "-", "") + std::string(why));
}

std::string OutputTpsLine(const Results& results) {
  const ThroughputFigures& figures = results.throughput;
  if (!figures.output_tps) {
    const std::string_view why = results.conservation.sent == 0 ? "nothing was sent"
                                 : results.tokens_withheld      ? WhyMissing(results)
                                                                : "no tokens could be counted";
    return MissingLine("output TPS", why);
  }
  std::string line = FigureStart("output TPS", FigureText(figures.output_tps->value),
                                 IntervalText(*figures.output_tps, FigureText));
  std::string rest;
  const auto add = [&](std::string_view name, std::optional<double> value) {
    if (!value) return;
    rest += (rest.empty() ? "" : std::string(kGap)) + std::string(name) + FigureText(*value);
  };
  add("per GPU ", figures.output_tps_per_gpu);
  add("peak ", figures.output_tps_peak);
  if (figures.total_tps) add("total TPS ", figures.total_tps->value);
  return TrimmedLine(line + rest);
}

std::string RequestsLine(const Results& results) {
  const std::optional<Estimate>& rate = results.throughput.requests_per_s;
  if (!rate) return MissingLine("requests/s", WhyMissing(results));
  return TrimmedLine(
      FigureStart("requests/s", FigureText(rate->value), IntervalText(*rate, FigureText)));
}

// A rate: the slow users are in the low quantiles, so it shows p50, p10, p1.
std::string UserTpsLine(const Results& results) {
  const std::optional<Distribution>& figure = results.latency.user_tps;
  if (!figure) return MissingLine("user TPS", WhyMissing(results));
  const std::optional<Estimate>& mean = results.throughput.user_tps_mean;
  std::string line = FigureStart("user TPS", mean ? FigureText(mean->value) : "",
                                 mean ? IntervalText(*mean, FigureText) : "");
  line += PadLeft(FigureText(figure->mean), kQuantileColumns);
  line += PadLeft(FigureText(figure->p50), kQuantileColumns);
  line += kGap;
  line += "(p10) " + FigureText(figure->p10) + "   (p1) " + FigureText(figure->p1);
  return TrimmedLine(std::move(line));
}

// The larger of the errors of the median and the 99th percentile.
std::string ErrorText(const Distribution& figure) {
  if (!figure.error) return "";
  constexpr double kShownMin = 0.001;
  const double error = std::max({figure.error->p50, figure.error->p99, kShownMin});
  return std::string(kGap) + "+- " + FigureText(error);
}

std::string LatencyLine(std::string_view name, const std::optional<Distribution>& figure,
                        std::string_view why_missing) {
  if (!figure) return MissingLine(name, why_missing);
  std::string line = FigureStart(name, "", "");
  for (const double value : {figure->mean, figure->p50, figure->p90, figure->p99}) {
    line += PadLeft(FigureText(value), kQuantileColumns);
  }
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
  const std::string_view why_steps =
      HasLabel(results, "totals_only") ? "the server tells only a response's total tokens" : why;
  std::string out = HeaderLine() + OutputTpsLine(results) + RequestsLine(results);
  out += UserTpsLine(results);
  out += LatencyLine("TTFT ms", figures.ttft_ms, why);
  if (AnswerComesLater(figures)) out += LatencyLine("TTFO ms (answer)", figures.ttfo_ms, why);
  out += LatencyLine("ITL ms", figures.itl_ms, why);
  std::string steps = LatencyLine("step latency ms", figures.step_latency_ms, why_steps);
  if (HasLabel(results, "merged_steps")) steps.insert(steps.size() - 1, "   (of merged chunks)");
  out += steps;
  out += LatencyLine("request latency ms", figures.request_latency_ms, why);
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
