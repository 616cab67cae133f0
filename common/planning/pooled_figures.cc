#include "common/planning/pooled_figures.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "common/figures/figure_definition.h"

namespace specctl {
namespace {

// The error to both sides, for weighing how far measurements lie apart.
double ErrorOf(const Spread& spread) {
  return std::sqrt((spread.below * spread.below + spread.above * spread.above) / 2);
}

// Square root of chi2 per degree of freedom; 1 where the errors explain the differences, or where
// there is nothing to go by.
double ScaleOf(std::span<const WeighedMeasured> measurements, double mean) {
  double chi2 = 0;
  for (const WeighedMeasured& each : measurements) {
    const Spread& spread = *each.measured.spread;
    const double error = ErrorOf(spread);
    // What measuring may add to either side explains that much of the distance, too.
    const double distance = std::max(0.0, std::abs(each.measured.value - mean) - spread.bound);
    if (error <= 0) continue;
    chi2 += distance * distance / (error * error);
  }
  const auto freedom = static_cast<double>(measurements.size() - 1);
  return freedom > 0 ? std::max(1.0, std::sqrt(chi2 / freedom)) : 1.0;
}

// One side of the mean's spread, with Welch and Satterthwaite's degrees of freedom.
struct Side {
  double squares = 0, fourths_by_degrees = 0;

  void AddError(double error, double degrees) {
    squares += error * error;
    fourths_by_degrees += error * error * error * error / degrees;
  }
  double Degrees(double otherwise) const {
    return fourths_by_degrees > 0 ? squares * squares / fourths_by_degrees : otherwise;
  }
};

Measured MeanWithout(std::span<const WeighedMeasured> measurements) {
  double sum = 0, weights = 0;
  for (const WeighedMeasured& each : measurements) {
    sum += each.weight * each.measured.value;
    weights += each.weight;
  }
  return {.value = sum / weights, .spread = std::nullopt};
}

const MeasuredStatistic* FindIn(const MeasuredFigures& figures, const FigureName& name,
                                std::string_view statistic) {
  for (const MeasuredFigure& figure : figures) {
    if (figure.figure->key == name.key) return figure.Find(statistic);
  }
  return nullptr;
}

Measured PoolStatistic(std::span<const WeighedFigures> measurements, const FigureName& name,
                       std::string_view statistic) {
  std::vector<WeighedMeasured> values;
  double sum = 0;
  for (const WeighedFigures& each : measurements) {
    const MeasuredStatistic* const found = FindIn(*each.figures, name, statistic);
    if (found == nullptr) continue;
    values.push_back({.measured = found->measured, .weight = each.weight});
    sum += found->measured.value;
  }
  if (name.kind == FigureKind::kCount) return {.value = sum, .spread = std::nullopt};
  return PoolMeasured(values).measured;
}

}  // namespace

PooledMeasured PoolMeasured(std::span<const WeighedMeasured> measurements) {
  std::vector<WeighedMeasured> with_spread;
  for (const WeighedMeasured& each : measurements) {
    if (each.measured.spread) with_spread.push_back(each);
  }
  if (with_spread.empty()) return {.measured = MeanWithout(measurements)};
  if (with_spread.size() == 1) return {.measured = with_spread.front().measured};
  PooledMeasured pooled{.measured = MeanWithout(with_spread)};
  pooled.scale = ScaleOf(with_spread, pooled.measured.value);
  double weights = 0;
  for (const WeighedMeasured& each : with_spread) weights += each.weight;
  Side below, above;
  double degrees = 1, bound = 0;
  for (const WeighedMeasured& each : with_spread) {
    const Spread& spread = *each.measured.spread;
    const double share = each.weight / weights;
    below.AddError(share * spread.below, spread.degrees);
    above.AddError(share * spread.above, spread.degrees);
    degrees = std::max(degrees, spread.degrees);
    bound += share * spread.bound;
  }
  pooled.measured.spread =
      Spread{.below = pooled.scale * std::sqrt(below.squares),
             .above = pooled.scale * std::sqrt(above.squares),
             .degrees = std::min(below.Degrees(degrees), above.Degrees(degrees)),
             .bound = bound};
  return pooled;
}

MeasuredFigures PoolFigures(std::span<const WeighedFigures> measurements) {
  MeasuredFigures pooled;
  for (const WeighedFigures& each : measurements) {
    for (const MeasuredFigure& figure : *each.figures) {
      auto found = std::find_if(pooled.begin(), pooled.end(), [&](const MeasuredFigure& known) {
        return known.figure->key == figure.figure->key;
      });
      if (found == pooled.end()) {
        pooled.push_back({.figure = figure.figure, .statistics = {}});
        found = pooled.end() - 1;
      }
      for (const MeasuredStatistic& statistic : figure.statistics) {
        if (found->Find(statistic.key) != nullptr) continue;
        found->statistics.push_back(
            {.key = statistic.key,
             .measured = PoolStatistic(measurements, *figure.figure, statistic.key)});
      }
    }
  }
  return pooled;
}

}  // namespace specctl
