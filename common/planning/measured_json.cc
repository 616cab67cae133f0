#include "common/planning/measured_json.h"

#include <cmath>

#include "common/compare/run_facts.h"
#include "common/figures/catalogue.h"
#include "common/figures/statistic.h"
#include "common/report/figures_json.h"

namespace specctl {
namespace {

void WriteMeasured(const Measured& measured, JsonWriter& json) {
  json.BeginObject();
  json.Field("value", measured.value);
  if (measured.spread) {
    WriteNumber("low", measured.Low(kZ975), json);
    WriteNumber("high", measured.High(kZ975), json);
    json.Key("spread");
    json.BeginObject();
    WriteNumber("below", measured.spread->below, json);
    WriteNumber("above", measured.spread->above, json);
    WriteNumber("degrees", measured.spread->degrees, json);
    WriteNumber("bound", measured.spread->bound, json);
    json.EndObject();
  }
  json.EndObject();
}

bool IsWritable(const Measured& measured) {
  if (!std::isfinite(measured.value)) return false;
  if (!measured.spread) return true;
  const Spread& spread = *measured.spread;
  return std::isfinite(spread.below) && std::isfinite(spread.above) &&
         std::isfinite(spread.degrees) && std::isfinite(spread.bound);
}

Spread ReadSpread(const JsonObjectReader& object) {
  const Spread spread{.below = object.NeedNumber("below"),
                      .above = object.NeedNumber("above"),
                      .degrees = object.NeedNumber("degrees"),
                      .bound = object.Number("bound").value_or(0)};
  // Otherwise bounds would lie on the wrong side, or be no numbers.
  if (spread.below < 0 || spread.above < 0 || spread.bound < 0) {
    object.Fail("below", "errors are not below 0");
  }
  if (!(spread.degrees > 0)) object.Fail("degrees", "need a number above 0");
  return spread;
}

// The catalogue's own text of a statistic's key, which outlives every figure; empty: none.
std::string_view StatisticKey(std::string_view key) {
  if (key == "value") return "value";
  const Statistic* const statistic = FindStatistic(key);
  return statistic == nullptr ? std::string_view() : statistic->key;
}

}  // namespace

void WriteMeasuredFigures(std::string_view key, const MeasuredFigures& figures, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  for (const MeasuredFigure& figure : figures) {
    json.Key(figure.figure->key);
    json.BeginObject();
    for (const MeasuredStatistic& statistic : figure.statistics) {
      if (!IsWritable(statistic.measured)) continue;
      json.Key(statistic.key);
      WriteMeasured(statistic.measured, json);
    }
    json.EndObject();
  }
  json.EndObject();
}

MeasuredFigures ReadMeasuredFigures(const JsonObjectReader& object) {
  MeasuredFigures figures;
  object.ForMembers([&](std::string_view key, const JsonObjectReader& statistics) {
    const FigureName* const name = FindAnyFigure(key);
    if (name == nullptr) return;
    MeasuredFigure figure{.figure = name, .statistics = {}};
    statistics.ForMembers([&](std::string_view statistic, const JsonObjectReader& member) {
      const std::string_view known = StatisticKey(statistic);
      if (known.empty()) return;
      Measured measured{.value = member.NeedNumber("value"), .spread = std::nullopt};
      member.ForObject(
          "spread", [&](const JsonObjectReader& spread) { measured.spread = ReadSpread(spread); });
      figure.statistics.push_back({.key = known, .measured = measured});
    });
    if (!figure.statistics.empty()) figures.push_back(std::move(figure));
  });
  return figures;
}

const FigureName* FindAnyFigure(std::string_view key) {
  if (const FigureName* const figure = FindFigure(key)) return figure;
  return FindFact(key);
}

}  // namespace specctl
