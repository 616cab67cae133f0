#include "common/report/figure_table.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <variant>
#include <vector>

#include "common/figures/catalogue.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kStatisticColumns = 10;
constexpr size_t kStatisticsMax = 7;  // in a line of the page
constexpr size_t kBoundsColumns = 20;
constexpr std::string_view kGap = "   ";
constexpr std::string_view kErrorHead = "error at most";

std::string TrimmedLine(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

using StatisticList = std::vector<const Statistic*>;

// Why a figure over requests is missing.
std::string_view WhyNoFigure(const Results& results) {
  // From the plainest cause to the most special.
  if (results.conservation.sent == 0) return "nothing was sent";
  if (results.conservation.ok == 0) return "no request ended ok";
  if (results.tokens_withheld) return "withheld: tokens can't be attributed to chunks";
  return "no request has what it needs";
}

std::string_view WhyNoTps(const Results& results) {
  if (results.conservation.sent == 0) return "nothing was sent";
  if (results.tokens_withheld) return WhyNoFigure(results);
  // Which of them came within the hold is not known.
  if (results.tokens.output) return "tokens are known only per response: see \"whole run\"";
  return "no tokens could be counted";
}

std::string_view WhyMissing(FigureNeed need, const Results& results) {
  if (need == FigureNeed::kTokensByTime) return WhyNoTps(results);
  if (need == FigureNeed::kTokensByChunk && HasLabel(results.verdict.labels, Label::kTotalsOnly)) {
    return "the server reports only the total tokens of a response";
  }
  return WhyNoFigure(results);
}

std::string MissingLine(const FigureDefinition& figure, const Results& results) {
  return TrimmedLine(PadRight(figure.label, kNameColumns) + PadLeft("-", kValueColumns) +
                     std::string(kGap) + std::string(WhyMissing(figure.need, results)));
}

// --- a number and its interval -------------------------------------------------------------------

// "peak 22,410": what stands behind a row.
void AddBeside(const FigureDefinition& figure, const FigureSet& set,
               std::vector<std::string>& items) {
  const FigureValue value = figure.read(set);
  const auto* number = std::get_if<double>(&value);
  if (const auto* estimate = std::get_if<Estimate>(&value)) number = &estimate->value;
  // Absent figures are passed over: beside a row there is no place to say why.
  if (number != nullptr) {
    items.push_back(std::string(figure.short_label) + " " + FigureText(*number));
  }
}

// Behind a group's main figure: what is made of it first, then other estimates.
std::vector<std::string> BesideItems(FigureGroup group, const FigureSet& set) {
  std::vector<std::string> items;
  for (const FigureKind kind : {FigureKind::kRatio, FigureKind::kEstimate}) {
    for (const FigureDefinition& figure : Catalogue()) {
      const bool beside = figure.group == group && figure.page == PagePlace::kBeside;
      if (beside && figure.kind == kind) AddBeside(figure, set, items);
    }
  }
  return items;
}

std::string EstimateLines(const FigureDefinition& figure, const Results& results) {
  const FigureValue value = figure.read(results.headline);
  const auto* estimate = std::get_if<Estimate>(&value);
  if (estimate == nullptr) return MissingLine(figure, results);
  const std::string line =
      FigureStart(figure.label, FigureText(estimate->value), IntervalText(*estimate, FigureText));
  std::vector<std::string> items;
  // Only the main row of a group has others beside it.
  if (figure.page == PagePlace::kMainRow) items = BesideItems(figure.group, results.headline);
  std::string out;
  AppendFlow({.label = line, .label_columns = ColumnsOf(line)}, items, out);
  return out;
}

// --- distributions -------------------------------------------------------------------------------

std::string ColumnNames(std::span<const Statistic* const> columns, std::string_view last) {
  std::string line = PadRight("", kNameColumns);
  for (size_t i = 0; i < columns.size(); ++i) {
    // The first column stands under the values of the table above.
    line += PadLeft(columns[i]->key, i == 0 ? kValueColumns : kStatisticColumns);
  }
  return TrimmedLine(line + std::string(kGap) + std::string(last));
}

// The larger of the errors of the median and the 99th percentile.
std::string ErrorText(const Distribution& figure) {
  if (!figure.error) return "";
  constexpr double kShownMin = 0.0015;  // below it is a microsecond, that of the stamps
  // One number for the line, on the safe side.
  const double error = std::max(figure.error->p50, figure.error->p99);
  return std::string(kGap) + (error < kShownMin ? "0.001" : FigureText(error));
}

// A quantile of too few independent values is a bound: ">= 640".
std::string StatisticText(const Statistic& statistic, const Distribution& figure) {
  const SteadyBounds* const bounds = statistic.BoundsIn(figure);
  const bool is_tail = bounds != nullptr && statistic.value != &Distribution::mean &&
                       statistic.value != &Distribution::p50;
  if (!is_tail || bounds->is_interval()) return FigureText(figure.*statistic.value);
  if (bounds->low) return ">= " + FigureText(*bounds->low);
  return bounds->high ? "<= " + FigureText(*bounds->high) : "-";
}

std::string StatisticsLine(std::string_view label, const Distribution& figure,
                           std::span<const Statistic* const> columns) {
  std::string line = PadRight(label, kNameColumns);
  for (size_t i = 0; i < columns.size(); ++i) {
    line += PadLeft(StatisticText(*columns[i], figure), i == 0 ? kValueColumns : kStatisticColumns);
  }
  return line;
}

// The answer's first token is a figure of its own only where reasoning comes before it.
bool AnswerComesLater(const LatencyFigures& figures) {
  if (!figures.ttfo_ms) return false;
  const auto differ = [&](double Distribution::*statistic) {
    const double answer = (*figures.ttfo_ms).*statistic, first = (*figures.ttft_ms).*statistic;
    return answer != first && !(std::isnan(answer) && std::isnan(first));
  };
  // Equal to the last bit where no request had reasoning: the same times were subtracted.
  return !figures.ttft_ms || differ(&Distribution::mean) || differ(&Distribution::p50);
}

bool HasRow(const FigureDefinition& figure, const Results& results) {
  if (figure.kind != FigureKind::kDistribution) return false;
  if (figure.page == PagePlace::kRowIfLater) return AnswerComesLater(results.headline.latency);
  return figure.page == PagePlace::kRow || figure.page == PagePlace::kMainRow;
}

// Where the errors stand behind the columns.
struct StatisticsStyle {
  std::span<const Statistic* const> columns;
  bool errors = true;
};

std::string DistributionLine(const FigureDefinition& figure, const Results& results,
                             const StatisticsStyle& style) {
  const FigureValue value = figure.read(results.headline);
  const auto* described = std::get_if<const Distribution*>(&value);
  if (described == nullptr) {
    // Of a rate the line of its mean, above, says why.
    return figure.better == Better::kUp ? "" : MissingLine(figure, results);
  }
  std::string line = StatisticsLine(figure.label, **described, style.columns);
  if (style.errors) line += ErrorText(**described);
  const bool merged = figure.need == FigureNeed::kTokensByChunk &&
                      HasLabel(results.verdict.labels, Label::kMergedSteps);
  if (style.errors && merged) line += "   (of merged chunks)";
  return TrimmedLine(line);
}

std::string DistributionLines(const Results& results, const StatisticsStyle& style,
                              std::initializer_list<Better> which) {
  std::string lines;
  // Latencies before rates, which have other columns.
  for (const Better better : which) {
    for (const FigureDefinition& figure : Catalogue()) {
      if (figure.better != better || !HasRow(figure, results)) continue;
      lines += DistributionLine(figure, results, style);
    }
  }
  if (lines.empty()) return "";
  return ColumnNames(style.columns, style.errors ? kErrorHead : "") + lines;
}

StatisticList Named(std::initializer_list<std::string_view> keys) {
  StatisticList list;
  for (const std::string_view key : keys) list.push_back(FindStatistic(key));
  return list;
}

// --- intervals of distributions ------------------------------------------------------------------

std::string BoundsText(const SteadyBounds* bounds) {
  if (bounds == nullptr || (!bounds->low && !bounds->high)) return "-";
  if (!bounds->high) return ">= " + FigureText(*bounds->low);
  if (!bounds->low) return "<= " + FigureText(*bounds->high);
  return FigureText(*bounds->low) + " .. " + FigureText(*bounds->high);
}

std::string IntervalLine(const FigureDefinition& figure, const Results& results,
                         std::span<const Statistic* const> columns) {
  const FigureValue value = figure.read(results.headline);
  const auto* described = std::get_if<const Distribution*>(&value);
  if (described == nullptr || !(*described)->intervals) return "";
  std::string line = PadRight(figure.label, kNameColumns);
  for (const Statistic* const column : columns) {
    line += PadLeft(BoundsText(column->BoundsIn(**described)), kBoundsColumns);
  }
  return TrimmedLine(line);
}

// Of those that have any: a steady hold's.
std::string IntervalLines(const Results& results, std::span<const Statistic* const> columns,
                          std::initializer_list<Better> which) {
  std::string lines;
  for (const Better better : which) {
    for (const FigureDefinition& figure : Catalogue()) {
      if (figure.better == better && HasRow(figure, results)) {
        lines += IntervalLine(figure, results, columns);
      }
    }
  }
  if (lines.empty()) return "";
  std::string head = PadRight("95 % intervals", kNameColumns);
  for (const Statistic* const column : columns) head += PadLeft(column->key, kBoundsColumns);
  return TrimmedLine(head) + lines;
}

// Of a rate the slow users are in the low quantiles, so it has columns of its own.
std::string UsualDistributions(const Results& results) {
  const StatisticList high = Named({"mean", "p50", "p90", "p99"});
  const StatisticList low = Named({"mean", "p50", "p10", "p1"});
  const StatisticList high_bounds = Named({"p50", "p90", "p99"});
  const StatisticList low_bounds = Named({"p50", "p10", "p1"});
  const std::string intervals =
      IntervalLines(results, high_bounds, {Better::kDown, Better::kNeither}) +
      IntervalLines(results, low_bounds, {Better::kUp});
  return DistributionLines(results, {.columns = high}, {Better::kDown, Better::kNeither}) +
         DistributionLines(results, {.columns = low, .errors = false}, {Better::kUp}) +
         (intervals.empty() ? "" : "\n") + intervals;
}

// As many tables as it takes to keep to the page's width.
std::string DistributionsBy(std::span<const Statistic* const> columns, const Results& results) {
  std::string out;
  for (size_t i = 0; i < columns.size(); i += kStatisticsMax) {
    const StatisticsStyle style{
        .columns = columns.subspan(i, std::min(kStatisticsMax, columns.size() - i)),
        .errors = i == 0};
    out += DistributionLines(results, style, {Better::kDown, Better::kNeither, Better::kUp});
  }
  return out;
}

// --- beside the headline -------------------------------------------------------------------------

std::string BesideText(const FigureDefinition& figure, const FigureSet& set) {
  const FigureValue value = figure.read(set);
  const std::string label(figure.label);
  if (const auto* estimate = std::get_if<Estimate>(&value)) {
    return label + " " + FigureText(estimate->value);
  }
  if (const auto* described = std::get_if<const Distribution*>(&value)) {
    return label + " p50 " + FigureText((*described)->p50) + ", p99 " +
           FigureText((*described)->p99);
  }
  return "";
}

// The headline's main figures over something else, to stand beside them.
std::string BesideLine(std::string_view label, const FigureSet& set) {
  std::vector<std::string> items;
  for (const FigureDefinition& figure : Catalogue()) {
    if (figure.page != PagePlace::kMainRow) continue;
    std::string text = BesideText(figure, set);
    if (!text.empty()) items.push_back(std::move(text));
  }
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

std::string FigureTable(const Results& results, std::span<const Statistic* const> columns) {
  std::string out = TrimmedLine(FigureStart("", "value", "95 % interval"));
  for (const FigureDefinition& figure : Catalogue()) {
    const bool row = figure.page == PagePlace::kRow || figure.page == PagePlace::kMainRow;
    const bool there =
        figure.page == PagePlace::kRowIfThere && !IsAbsent(figure.read(results.headline));
    if ((row || there) && figure.kind == FigureKind::kEstimate) {
      out += EstimateLines(figure, results);
    }
  }
  out += "\n";
  out += columns.empty() ? UsualDistributions(results) : DistributionsBy(columns, results);
  if (results.with_invalid) out += BesideLine("with invalid", *results.with_invalid);
  if (!results.headline_is_whole_run) out += BesideLine("whole run", results.whole_run);
  return out;
}

}  // namespace specctl
