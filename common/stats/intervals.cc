#include "common/stats/intervals.h"

#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

#include "common/stats/series_error.h"
#include "common/stats/spread.h"

namespace specctl {
namespace {

Interval Around(double value, double standard_error, uint64_t degrees) {
  const double half = StudentT975(degrees) * standard_error;
  return {value, value - half, value + half};
}

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::optional<RatioEstimate> EstimateRatio(std::span<const RatioTerm> clusters) {
  double numerator = 0, denominator = 0;
  uint64_t count = 0;
  for (const RatioTerm& term : clusters) {
    numerator += term.numerator;
    denominator += term.denominator;
    // A cluster without anything in it adds no information, and no degree of freedom.
    if (term.numerator != 0 || term.denominator != 0) ++count;
  }
  if (denominator == 0) return std::nullopt;
  RatioEstimate estimate{numerator / denominator, std::nullopt};
  if (count < 2) return estimate;
  double squares = 0;
  for (const RatioTerm& term : clusters) {
    // The ratio's linearization: its error is that of the residuals' mean.
    const double residual = term.numerator - estimate.value * term.denominator;
    squares += residual * residual;
  }
  const auto n = static_cast<double>(count);
  const double standard_error = std::sqrt(squares * n / (n - 1)) / std::abs(denominator);
  estimate.interval = Around(estimate.value, standard_error, count - 1);
  return estimate;
}

std::optional<RatioEstimate> EstimateSeriesMean(std::span<const double> series) {
  if (series.empty()) return std::nullopt;
  RatioEstimate estimate{Mean(series), std::nullopt};
  const std::optional<SeriesError> error = ErrorOfSeriesMean(series);
  if (!error) return estimate;
  const double half = StudentTBeyond(kZ975, error->degrees) * error->standard_error;
  estimate.interval = Interval{estimate.value, estimate.value - half, estimate.value + half};
  estimate.degrees = error->degrees;
  return estimate;
}

double JackknifeError(std::span<const double> without_one) {
  if (without_one.size() < 2) return 0;
  const double mean = Mean(without_one);
  double squares = 0;
  for (const double value : without_one) squares += (value - mean) * (value - mean);
  const auto n = static_cast<double>(without_one.size());
  // Leaving out one of n moves a mean by only 1 / (n - 1) of that one's distance from it.
  return std::sqrt(squares * (n - 1) / n);
}

std::optional<Interval> IntervalWithin(const BoundedValue& bounded) {
  const auto& [value, standard_error, clusters, low, high] = bounded;
  const double above = value - low;
  const double below = high ? *high - value : 1;
  // At a bound the transformed value is infinite, and few clusters tell no error.
  if (clusters < kClustersMin || !(above > 0) || !(below > 0)) return std::nullopt;
  const double half = StudentT975(clusters - 1) * standard_error;
  if (!high) {
    // On the logarithm, whose derivative is 1 / above: the interval can't cross the bound.
    const double factor = std::exp(half / above);
    return Interval{value, low + above / factor, low + above * factor};
  }
  // d logit(x) / dx = (high - low) / (above * below), x in (low, high).
  const double range = *high - low;
  const double odds = above / below, factor = std::exp(half * range / (above * below));
  const auto at = [&](double moved) { return *high - range / (1 + moved); };
  return Interval{value, at(odds / factor), at(odds * factor)};
}

double StudentT975(uint64_t degrees) {
  assert(degrees >= 1);
  // Where the expansion in 1 / degrees is not yet good.
  constexpr std::array<double, 4> kFirst = {12.706205, 4.302653, 3.182446, 2.776445};
  // From tables.
  if (degrees <= kFirst.size()) return kFirst[degrees - 1];
  // Coefficients of 26.7.5 at the normal distribution's 97.5 % point, 1.959964.
  constexpr std::array<double, 5> kTerms = {1.959964, 2.372271, 2.822499, 2.555850, 1.589534};
  double value = 0, power = 1;
  // Abramowitz and Stegun 26.7.5: a series in 1 / degrees.
  for (const double term : kTerms) {
    value += term * power;
    power /= static_cast<double>(degrees);
  }
  return value;
}

}  // namespace specctl
