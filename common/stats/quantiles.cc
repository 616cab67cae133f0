#include "common/stats/quantiles.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace specctl {

uint64_t NearestRank(double q, uint64_t count) {
  assert(q >= 0 && q <= 1 && count >= 1);
  const double exact = q * static_cast<double>(count);
  const double whole = std::round(exact);
  // 0.07 * 100 is 7.000000000000001, whose rank is 7 and not 8.
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * exact;
  const double rank = std::abs(exact - whole) <= rounding ? whole : std::ceil(exact);
  return std::clamp<uint64_t>(static_cast<uint64_t>(rank), 1, count);
}

std::optional<Distribution> Describe(std::vector<double> values) {
  assert(std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); }));
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) { return values[NearestRank(q, values.size()) - 1]; };
  Distribution result;
  result.count = values.size();
  result.min = values.front();
  result.max = values.back();
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  // Rounding must not carry the mean of equal values past them.
  result.mean = std::clamp(sum / static_cast<double>(values.size()), result.min, result.max);
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.stddev = std::sqrt(squares / static_cast<double>(values.size()));
  SetQuantiles(at, result);
  return result;
}

QuantileErrors ErrorsOf(const Distribution& values, const Distribution& lowest,
                        const Distribution& highest) {
  const auto error = [&](double Distribution::*quantile) {
    const double up = highest.*quantile - values.*quantile;
    const double down = values.*quantile - lowest.*quantile;
    // Of a quantile that is absent, or might be.
    if (std::isnan(up) || std::isnan(down)) return std::numeric_limits<double>::quiet_NaN();
    return std::max({0.0, up, down});
  };
  return {.p50 = error(&Distribution::p50),
          .p90 = error(&Distribution::p90),
          .p95 = error(&Distribution::p95),
          .p99 = error(&Distribution::p99)};
}

}  // namespace specctl
