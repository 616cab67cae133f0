#include "common/analysis/precision.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "common/figures/catalogue.h"
#include "common/figures/quantile_need.h"
#include "common/figures/statistic.h"

namespace specctl {
namespace {

constexpr std::string_view kWithIntervals[] = {
    "output_tps", "requests_per_s", "user_tps_mean", "ttft_ms", "ttft_user_ms", "ttfo_ms", "itl_ms",
    "user_tps", "request_latency_ms", "request_latency_user_ms",
    // Of speculation.
    "per_step", "delivered_per_step", "per_draft", "accept_rate"};

Estimate EstimateOf(const Distribution& distribution, const Statistic& statistic) {
  Estimate estimate{.value = distribution.*statistic.value};
  if (const SteadyBounds* bounds = statistic.BoundsIn(distribution)) {
    estimate.low = bounds->low;
    estimate.high = bounds->high;
  }
  return estimate;
}

FigureValue ValueIn(const FigureSet& figures, const PrecisionGoal& goal) {
  const FigureDefinition* figure = FindFigure(goal.figure);
  return figure == nullptr ? FigureValue() : figure->read(figures);
}

std::optional<Estimate> Find(const FigureSet& figures, const PrecisionGoal& goal) {
  const FigureValue value = ValueIn(figures, goal);
  if (const auto* estimate = std::get_if<Estimate>(&value)) return *estimate;
  const auto* distribution = std::get_if<const Distribution*>(&value);
  const Statistic* statistic = FindStatistic(goal.statistic);
  if (distribution == nullptr || statistic == nullptr) return std::nullopt;
  return EstimateOf(**distribution, *statistic);
}

}  // namespace

std::span<const std::string_view> FiguresWithIntervals() { return kWithIntervals; }

std::optional<double> HalfWidthShare(const FigureSet& figures, const PrecisionGoal& goal) {
  const std::optional<Estimate> found = Find(figures, goal);
  if (!found || !found->low || !found->high) return std::nullopt;
  // The negation also covers what is not a number.
  if (!(found->value > 0) || !std::isfinite(*found->high)) return std::nullopt;
  return std::max(found->value - *found->low, *found->high - found->value) / found->value;
}

std::optional<IntervalShortage> ShortageOf(const FigureSet& figures, const PrecisionGoal& goal) {
  const auto needed = ValuesNeeded(goal.statistic);
  if (!needed || HalfWidthShare(figures, goal)) return std::nullopt;
  const FigureValue value = ValueIn(figures, goal);
  const auto* distribution = std::get_if<const Distribution*>(&value);
  if (distribution == nullptr || !(*distribution)->intervals) return std::nullopt;
  const double effective = (*distribution)->intervals->effective;
  if (!(effective > 0) || effective >= static_cast<double>(*needed)) return std::nullopt;
  return IntervalShortage{.effective = effective, .needed = static_cast<double>(*needed)};
}

}  // namespace specctl
