// Exact quantiles of a set of values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace specctl {

// How far the quantiles of a distribution may be off, because values are only known to lie in an
// interval: the larger of the ways up and down, in the figure's unit.
struct QuantileErrors {
  double p50 = 0, p90 = 0, p95 = 0, p99 = 0;
};

// A 95 % interval; with one end only, the one-sided 95 % bound on that side.
struct SteadyBounds {
  std::optional<double> low, high;
  double degrees = 0;  // of freedom of Student's t, of an interval

  bool is_interval() const { return low && high; }
};

// What is known of the distribution that values of a steady state are drawn from.
struct DistributionIntervals {
  // The number of independent values that these, of which neighbours in time are alike, are worth.
  double effective = 0;
  SteadyBounds mean, p1, p5, p10, p25, p50, p75, p90, p95, p99, p999;
};

// Distribution of a figure, as summary.json prints it; all in the figure's own unit.  NaN: absent,
// since it lies beyond what was observed.
struct Distribution {
  uint64_t count = 0;
  uint64_t censored = 0;  // of `count`: values that are only known to be larger than what was seen
  double mean = 0;
  // Of these values, not of a population that they would be drawn from: the square root of the
  // mean squared distance from the mean (divisor n, as AIPerf's `std`).
  double stddev = 0;
  double min = 0, max = 0;
  double p1 = 0, p5 = 0, p10 = 0, p25 = 0, p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0;
  std::optional<QuantileErrors> error;  // absent: the figure's values are exact
  std::optional<DistributionIntervals> intervals =
      {};  // absent: no steady state, or too few values
};

// Quantiles of the value, nearest rank (the ceil(q * n)-th smallest): p1 <= p99 also for rates.
// Sorts `values`, which must not hold a NaN, so the result does not depend on their order.
// nullopt where there are none.
std::optional<Distribution> Describe(std::vector<double> values);

// Sets each quantile of the distribution to at(q), q in [0, 1].
template <class At>
void SetQuantiles(const At& at, Distribution& distribution) {
  distribution.p1 = at(0.01);
  distribution.p5 = at(0.05);
  distribution.p10 = at(0.1);
  distribution.p25 = at(0.25);
  distribution.p50 = at(0.5);
  distribution.p75 = at(0.75);
  distribution.p90 = at(0.9);
  distribution.p95 = at(0.95);
  distribution.p99 = at(0.99);
  distribution.p999 = at(0.999);
}

// Nearest rank of quantile `q` in [0, 1] among `count` >= 1 values: ceil(q * count), at least 1.
// A product that only rounding lifts above a whole number (0.07 * 100) counts as that number.
uint64_t NearestRank(double q, uint64_t count);

// Errors of `values`, whose true values lie between those of `lowest` and `highest`.
QuantileErrors ErrorsOf(const Distribution& values, const Distribution& lowest,
                        const Distribution& highest);

}  // namespace specctl
