#include "common/compare/run_facts.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/figures/catalogue.h"

namespace specctl {
namespace {

// The catalogue's tables one after another, each with its prefix.
class FactNames {
 public:
  FactNames() {
    AppendNames("", ConservationCatalogue());
    AppendNames("tokens_", TokenCatalogue());
    AppendNames("servers_", CounterCatalogue());
    AppendNames("servers_", ServerLatencyCatalogue());
    AppendNames("servers_", ServerCatalogue());
  }
  std::span<const FigureName> names() const { return names_; }

 private:
  template <class Source>
  void AppendNames(const std::string& prefix, std::span<const FigureOf<Source>> catalogue) {
    const std::string of = prefix == "servers_" ? "servers' " : "";
    for (const FigureOf<Source>& figure : catalogue) {
      FigureName name = figure;
      name.key = texts_.emplace_back(prefix + std::string(figure.key));
      name.label = texts_.emplace_back(of + std::string(figure.label));
      names_.push_back(name);
    }
  }

  std::deque<std::string> texts_;  // which never move: the names are views of them
  std::vector<FigureName> names_;
};

// Those that have a value: one in the open bucket has none, in the lowest it would be a guess.
std::vector<MeasuredStatistic> QuantilesOf(const HistogramFigure& histogram) {
  std::vector<MeasuredStatistic> statistics;
  for (const std::string_view key : {"p50", "p90", "p99"}) {
    const HistogramQuantile& quantile = *FindQuantile(histogram, key);
    if (!quantile.value_ms || quantile.low_ms == 0) continue;
    statistics.push_back({.key = key, .measured = {.value = *quantile.value_ms}});
  }
  return statistics;
}

// A value, the mean and maximum of a gauge, or the quantiles of a histogram; empty for lists, flags
// and what is absent.
std::vector<MeasuredStatistic> StatisticsOf(const FigureValue& value) {
  const auto only = [](double number) {
    std::vector<MeasuredStatistic> statistics;
    if (std::isfinite(number)) {
      statistics.push_back({.key = "value", .measured = {.value = number}});
    }
    return statistics;
  };
  if (const auto* count = std::get_if<uint64_t>(&value)) return only(static_cast<double>(*count));
  if (const auto* number = std::get_if<double>(&value)) return only(*number);
  if (const auto* histogram = std::get_if<const HistogramFigure*>(&value)) {
    return QuantilesOf(**histogram);
  }
  if (const auto* gauge = std::get_if<GaugeSummary>(&value)) {
    return {{.key = "mean", .measured = {.value = gauge->mean}},
            {.key = "max", .measured = {.value = gauge->max}}};
  }
  return {};
}

// Walks the tables in the same order as FactNames.
class FactReader {
 public:
  template <class Source>
  void ReadTable(const Source* source, std::span<const FigureOf<Source>> catalogue) {
    for (const FigureOf<Source>& figure : catalogue) {
      const FigureName& name = RunFacts()[next_++];
      if (source == nullptr) continue;
      auto statistics = StatisticsOf(figure.read(*source));
      if (statistics.empty()) continue;
      facts_.push_back({.figure = &name, .statistics = std::move(statistics)});
    }
  }
  MeasuredFigures TakeFacts() { return std::move(facts_); }

 private:
  size_t next_ = 0;
  MeasuredFigures facts_;
};

}  // namespace

std::span<const FigureName> RunFacts() {
  static const FactNames names;
  return names.names();
}

const FigureName* FindFact(std::string_view key) {
  const auto facts = RunFacts();
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const FigureName& fact) { return fact.key == key; });
  return found == facts.end() ? nullptr : &*found;
}

bool IsFact(const FigureName& figure) { return FindFact(figure.key) == &figure; }

MeasuredFigures MeasureFacts(const Results& results) {
  FactReader reader;
  reader.ReadTable(&results.conservation, ConservationCatalogue());
  reader.ReadTable(&results.tokens, TokenCatalogue());
  const ServerFigures* const servers = results.servers ? &*results.servers : nullptr;
  reader.ReadTable(servers == nullptr ? nullptr : &servers->sums, CounterCatalogue());
  reader.ReadTable(servers == nullptr ? nullptr : &servers->latencies, ServerLatencyCatalogue());
  reader.ReadTable(servers, ServerCatalogue());
  return reader.TakeFacts();
}

}  // namespace specctl
