#include "common/stats/point_process.h"

#include <algorithm>
#include <cmath>

#include "common/stats/spread.h"

namespace specctl {
namespace {

constexpr size_t kFitValuesMin = 5;

// Q(x) = 2 sum (-1)^(k-1) exp(-2 k^2 x^2): the chance that the limit of sqrt(n) D is above x.
double KolmogorovTail(double x) {
  // Below it the series needs many terms, and the chance is 1 to 9 digits.
  if (x < 0.2) return 1;
  double tail = 0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    tail += k % 2 == 1 ? term : -term;
    if (term < 1e-12) break;
  }
  return std::clamp(2 * tail, 0.0, 1.0);
}

// A quantile of chi square over its degrees of freedom, from the normal's.
double ChiSquareOver(double degrees, double normal) {
  const double spread = 2 / (9 * degrees);
  return std::pow(std::max(1 - spread + normal * std::sqrt(spread), 0.0), 3);
}

}  // namespace

std::optional<double> IndexOfDispersion(std::span<const uint64_t> counts) {
  if (counts.size() < 2) return std::nullopt;
  double sum = 0;
  for (const uint64_t count : counts) sum += static_cast<double>(count);
  const double mean = sum / static_cast<double>(counts.size());
  if (mean <= 0) return std::nullopt;
  double squares = 0;
  for (const uint64_t count : counts) {
    squares += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
  }
  return squares / static_cast<double>(counts.size() - 1) / mean;
}

DispersionRange PoissonDispersion(uint64_t windows) {
  const auto degrees = static_cast<double>(windows - 1);
  return {.low = ChiSquareOver(degrees, -kZ975), .high = ChiSquareOver(degrees, kZ975)};
}

std::optional<GoodnessOfFit> FitTo(std::vector<double> values,
                                   const std::function<double(double)>& cumulative) {
  if (values.size() < kFitValuesMin) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  GoodnessOfFit fit;
  for (size_t i = 0; i < values.size(); ++i) {
    // The sample's function jumps here: both sides of the step count.
    const double expected = cumulative(values[i]);
    const auto rank = static_cast<double>(i);
    fit.distance = std::max({fit.distance, (rank + 1) / n - expected, expected - rank / n});
  }
  fit.p_value = KolmogorovTail((std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * fit.distance);
  return fit;
}

}  // namespace specctl
