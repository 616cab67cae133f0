#include <algorithm>
#include <variant>

#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"
#include "common/report/artifacts.h"
#include "common/report/csv_line.h"

namespace specctl {
namespace {

// The columns behind a figure's description: of each form of value those that it has are filled.
struct RowValue {
  std::string text;  // of a word or a flag, in place of a number
  std::optional<double> number, low, high;
  std::optional<uint64_t> count;
  const Distribution* distribution = nullptr;
  const HistogramFigure* histogram = nullptr;
  std::optional<GaugeSummary> gauge;
};

RowValue RowOf(const FigureValue& value) {
  RowValue row;
  if (const auto* estimate = std::get_if<Estimate>(&value)) {
    row.number = estimate->value;
    row.low = estimate->low;
    row.high = estimate->high;
  } else if (const auto* described = std::get_if<const Distribution*>(&value)) {
    row.distribution = *described;
    row.count = (*described)->count;
  } else if (const auto* histogram = std::get_if<const HistogramFigure*>(&value)) {
    row.histogram = *histogram;
    row.count = static_cast<uint64_t>((*histogram)->count);
  } else if (const auto* gauge = std::get_if<GaugeSummary>(&value)) {
    row.gauge = *gauge;
  } else if (const auto* number = std::get_if<double>(&value)) {
    row.number = *number;
  } else if (const auto* count = std::get_if<uint64_t>(&value)) {
    // As text: a double would lose digits of counts above 2^53.
    row.text = std::to_string(*count);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    row.text = *flag ? "true" : "false";
  } else if (const auto* word = std::get_if<std::string_view>(&value)) {
    row.text = *word;
  }
  return row;
}

// How far a quantile may be off: of a histogram, the farther end of its bucket.
std::optional<double> ErrorOf(const RowValue& row, const Statistic& statistic) {
  if (row.histogram != nullptr) {
    const HistogramQuantile* const quantile = FindQuantile(*row.histogram, statistic.key);
    if (quantile == nullptr || !quantile->value_ms || !quantile->high_ms) return std::nullopt;
    const double value = *quantile->value_ms;
    return std::max(value - quantile->low_ms, *quantile->high_ms - value);
  }
  if (row.distribution == nullptr || !row.distribution->error) return std::nullopt;
  return (*row.distribution->error).*statistic.error;
}

// A gauge has two of a distribution's statistics, a histogram three.
std::optional<double> StatisticOf(const RowValue& row, const Statistic& statistic) {
  if (row.histogram != nullptr) {
    const HistogramQuantile* const quantile = FindQuantile(*row.histogram, statistic.key);
    return quantile == nullptr ? std::nullopt : quantile->value_ms;
  }
  if (row.distribution != nullptr) return row.distribution->*statistic.value;
  if (row.gauge && statistic.value == &Distribution::mean) return row.gauge->mean;
  if (row.gauge && statistic.value == &Distribution::max) return row.gauge->max;
  return std::nullopt;
}

class FigureRows {
 public:
  explicit FigureRows(const std::string& run_id) : run_id_(run_id) {
    text_ = "run_id,scope,key,label,unit,kind,better,value,low,high,count";
    for (const Statistic& each : Statistics()) text_ += "," + std::string(each.key);
    for (const Statistic& each : Statistics()) {
      if (each.error != nullptr) text_ += ",error_" + std::string(each.key);
    }
    for (const Statistic& each : Statistics()) {
      if (each.interval == nullptr) continue;
      text_ += ",low_" + std::string(each.key) + ",high_" + std::string(each.key);
    }
    text_ += '\n';
  }

  // Every figure of the source; a list has a row for each place.
  template <class Source, class Definition>
  void Append(std::string_view scope, std::span<const Definition> catalogue, const Source& source) {
    for (const Definition& figure : catalogue) AppendFigure(scope, figure, figure.read(source));
  }

  std::string Take() && { return std::move(text_); }

 private:
  void AppendFigure(std::string_view scope, const FigureName& figure, const FigureValue& value) {
    if (const auto* numbers = std::get_if<std::span<const double>>(&value)) {
      AppendList(scope, figure, *numbers);
    } else if (const auto* counts = std::get_if<std::span<const uint64_t>>(&value)) {
      AppendList(scope, figure, *counts);
    } else if (!IsAbsent(value)) {
      AppendRow(scope, figure, figure.key, value);
    }
  }

  template <class T>
  void AppendList(std::string_view scope, const FigureName& figure, std::span<const T> values) {
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string key = std::string(figure.key) + "[" + std::to_string(i) + "]";
      AppendRow(scope, figure, key, values[i]);
    }
  }

  void AppendRow(std::string_view scope, const FigureName& figure, std::string_view key,
                 const FigureValue& value) {
    const RowValue row = RowOf(value);
    CsvLine line(text_);
    for (const std::string_view text :
         {std::string_view(run_id_), scope, key, figure.label, UnitName(figure.unit),
          KindName(figure.kind), BetterName(figure.better)}) {
      line.AddText(text);
    }
    if (row.text.empty()) {
      line.AddNumber(row.number);
    } else {
      line.AddText(row.text);
    }
    line.AddNumber(row.low);
    line.AddNumber(row.high);
    line.AddText(row.count ? std::to_string(*row.count) : "");
    for (const Statistic& each : Statistics()) line.AddNumber(StatisticOf(row, each));
    for (const Statistic& each : Statistics()) {
      if (each.error != nullptr) line.AddNumber(ErrorOf(row, each));
    }
    for (const Statistic& each : Statistics()) {
      if (each.interval == nullptr) continue;
      const SteadyBounds* const bounds =
          row.distribution != nullptr ? each.BoundsIn(*row.distribution) : nullptr;
      line.AddNumber(bounds != nullptr ? bounds->low : std::nullopt);
      line.AddNumber(bounds != nullptr ? bounds->high : std::nullopt);
    }
    line.End();
  }

  const std::string run_id_;
  std::string text_;
};

}  // namespace

std::string FiguresCsv(const Results& results) {
  FigureRows rows(results.spec.run_id);
  // Scopes in the order of the page.
  rows.Append("headline", Catalogue(), results.headline);
  if (results.with_invalid) rows.Append("with_invalid_windows", Catalogue(), *results.with_invalid);
  rows.Append("whole_run", ConservationCatalogue(), results.conservation);
  rows.Append("whole_run", TokenCatalogue(), results.tokens);
  rows.Append("whole_run", Catalogue(), results.whole_run);
  if (results.servers) {
    rows.Append("servers", CounterCatalogue(), results.servers->sums);
    rows.Append("servers", ServerLatencyCatalogue(), results.servers->latencies);
    rows.Append("servers", ServerCatalogue(), *results.servers);
  }
  if (results.arrivals) rows.Append("arrivals", ArrivalCatalogue(), *results.arrivals);
  for (const TargetNetwork& network : results.networks) {
    rows.Append("target=" + TargetLabel(results.spec, network.target), NetworkCatalogue(), network);
  }
  for (const AgentFigures& agent : results.agents) {
    rows.Append("agent=" + std::to_string(agent.agent), AgentCatalogue(), agent);
  }
  for (const SliceFigures& slice : results.slices) {
    const std::string scope = std::string(DimensionName(slice.by)) + "=" + slice.key;
    rows.Append(scope, ConservationCatalogue(), slice.conservation);
    rows.Append(scope, Catalogue(), slice.figures);
  }
  return std::move(rows).Take();
}

}  // namespace specctl
