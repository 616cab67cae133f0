#include "common/planning/load_fit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/stats/isotonic.h"

namespace specctl {
namespace {

constexpr size_t kPointsMin = 3;

struct StatisticName {
  std::string_view figure, statistic;
};

// A figure along a stretch of a curve, turned so that it should rise with load.
struct Series {
  std::vector<double> loads, bounds;
  std::string why_none;  // of no fit

  bool fits() const { return why_none.empty(); }
};

// [first, last] around `at`, at most, so that no cliff lies between any two neighbours in it.
std::pair<size_t, size_t> StretchAround(const Curve& curve, size_t at) {
  const auto joined = [&](size_t lower) {
    const PooledPoint &a = *curve.points[lower], &b = *curve.points[lower + 1];
    return IsUsable(a) && IsUsable(b) && !HasCliff(a) && !HasCliff(b);
  };
  size_t first = at, last = at;
  while (first > 0 && joined(first - 1)) --first;
  while (last + 1 < curve.points.size() && joined(last)) ++last;
  return {first, last};
}

double ErrorOf(const Measured& measured) {
  return std::max({measured.spread->below, measured.spread->above, 1e-12});
}

// `sign`: -1 turns a figure that falls with load.  `upper`: the bound above, of the turned figure.
Series SeriesOf(const Curve& curve, std::pair<size_t, size_t> stretch, const StatisticName& name,
                double sign, bool upper) {
  Series series;
  std::vector<WeighedValue> values;
  // From the value to the ends of its interval, as it is turned.
  struct Ends {
    double below = 0, above = 0;
  };
  std::vector<Ends> ends;
  for (size_t i = stretch.first; i <= stretch.second; ++i) {
    const Measured* const measured = curve.points[i]->Find(name.figure, name.statistic);
    if (measured == nullptr || !measured->spread) {
      series.why_none = "a point has no interval";
      return series;
    }
    const double error = ErrorOf(*measured);
    values.push_back({.value = sign * measured->value, .weight = 1 / (error * error)});
    const bool high = upper == (sign > 0);
    const double bound = high ? *measured->High(kZ95) : *measured->Low(kZ95);
    series.loads.push_back(curve.points[i]->key.load.level);
    series.bounds.push_back(sign * bound);
    const double to_high = *measured->High(kZ975) - measured->value;
    const double to_low = measured->value - *measured->Low(kZ975);
    ends.push_back(sign > 0 ? Ends{.below = to_low, .above = to_high}
                            : Ends{.below = to_high, .above = to_low});
  }
  if (values.size() < kPointsMin) {
    series.why_none = "a fit needs three points in a row";
    return series;
  }
  const std::vector<double> fit = IsotonicFit(values);
  for (size_t i = 0; i < fit.size(); ++i) {
    const double apart = fit[i] - values[i].value;
    if (apart > ends[i].above || -apart > ends[i].below) {
      series.why_none = "the points are not monotone";
      return series;
    }
  }
  // Bounds of points with different errors need not rise themselves.
  std::vector<WeighedValue> bounds;
  for (size_t i = 0; i < fit.size(); ++i) {
    bounds.push_back({.value = series.bounds[i], .weight = values[i].weight});
  }
  series.bounds = IsotonicFit(bounds);
  return series;
}

// Of a figure whose limit is an upper one, latencies rise; of a lower one, rates fall.
Series SeriesTowards(const Curve& curve, std::pair<size_t, size_t> stretch,
                     const Condition& limit) {
  const StatisticName name{limit.figure->key, limit.statistic_key()};
  // Turned, the limit is an upper one in either case, and so is the bound on its bad side.
  return SeriesOf(curve, stretch, name, limit.at_least ? -1 : 1, true);
}

double Turned(const Condition& limit) { return limit.at_least ? -limit.limit : limit.limit; }

}  // namespace

LoadFit FitBetween(const Curve& curve, size_t pass, const Condition& limit) {
  if (pass + 1 >= curve.points.size()) return {.why_none = "there is no point above"};
  const PooledPoint &low = *curve.points[pass], &high = *curve.points[pass + 1];
  if (!IsUsable(low) || !IsUsable(high)) return {.why_none = "the next point is not usable"};
  if (HasCliff(low) || HasCliff(high)) return {.why_none = "a cliff lies there"};
  const std::pair<size_t, size_t> stretch = StretchAround(curve, pass);
  const Series series = SeriesTowards(curve, stretch, limit);
  if (!series.fits()) return {.why_none = series.why_none};
  const size_t at = pass - stretch.first;
  const double a = series.bounds[at], b = series.bounds[at + 1];
  const double share = b > a ? std::clamp((Turned(limit) - a) / (b - a), 0.0, 1.0) : 1.0;
  return {.level = series.loads[at] + share * (series.loads[at + 1] - series.loads[at]),
          .why_none = {}};
}

LoadFit FitBeyond(const Curve& curve, const Condition& limit) {
  if (curve.points.empty()) return {.why_none = "there is no point"};
  const size_t last = curve.points.size() - 1;
  const PooledPoint& end = *curve.points[last];
  if (!IsUsable(end)) return {.why_none = "the last point is not usable"};
  if (HasCliff(end)) return {.why_none = "a cliff lies there"};
  const Series series = SeriesTowards(curve, StretchAround(curve, last), limit);
  if (!series.fits()) return {.why_none = series.why_none};
  const size_t n = series.loads.size();
  const double slope =
      (series.bounds[n - 1] - series.bounds[n - 2]) / (series.loads[n - 1] - series.loads[n - 2]);
  const double farthest = series.loads[n - 1] * kExtrapolationMax;
  if (!(slope > 0)) return {.level = farthest, .why_none = {}};
  const double meets = series.loads[n - 1] + (Turned(limit) - series.bounds[n - 1]) / slope;
  return {.level = std::clamp(meets, series.loads[n - 1], farthest), .why_none = {}};
}

std::optional<double> LowerBoundBeyond(const Curve& curve, double level, std::string_view figure,
                                       std::string_view statistic) {
  if (curve.points.empty()) return std::nullopt;
  const size_t last = curve.points.size() - 1;
  const Series series = SeriesOf(curve, StretchAround(curve, last), {figure, statistic}, 1, false);
  if (!series.fits()) return std::nullopt;
  const size_t n = series.loads.size();
  const double slope =
      (series.bounds[n - 1] - series.bounds[n - 2]) / (series.loads[n - 1] - series.loads[n - 2]);
  return series.bounds[n - 1] + slope * (level - series.loads[n - 1]);
}

}  // namespace specctl
