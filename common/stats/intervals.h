// 95 % confidence intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace specctl {

struct Interval {
  double value = 0, low = 0, high = 0;
};

// One cluster's share of a ratio of sums, e.g. accepted and drafted tokens of one conversation.
struct RatioTerm {
  double numerator = 0, denominator = 0;
};

// Ratio of sums with a 95 % interval by linearisation over clusters (delta method, Cochran,
// Sampling Techniques, 6.3), Student's t with clusters - 1 degrees of freedom.  nullopt where the
// denominators sum to 0; with one cluster low = value = high is not claimed: the interval is
// absent.  A cluster of 0 / 0 says nothing and is not counted as one.
struct RatioEstimate {
  double value = 0;
  std::optional<Interval> interval;
  double degrees = 0;  // of freedom of its Student's t, where that is told
};
std::optional<RatioEstimate> EstimateRatio(std::span<const RatioTerm> clusters);

// Mean of a series in time order (e.g. tokens in each second) with a 95 % interval that allows for
// the dependence of neighbours: batch means, Student's t (series_error.h).  Fewer than kSeriesMin
// values: no interval.  nullopt where there are none.
std::optional<RatioEstimate> EstimateSeriesMean(std::span<const double> series);

// Standard error of a statistic by the jackknife over clusters (Efron and Tibshirani, An
// Introduction to the Bootstrap, 11.2): `without_one[i]` is the statistic of all clusters but the
// i-th.  Needs two clusters; 0 for fewer.
double JackknifeError(std::span<const double> without_one);

// A 95 % interval of `value` that stays above `low` and, where there is one, below `high`:
// Student's t on the logarithm of the distance from `low`, or on the logit between the two. nullopt
// where there are fewer than kClustersMin clusters, or where `value` lies at a bound, where nothing
// is known of its error.
inline constexpr uint64_t kClustersMin = 5;
struct BoundedValue {
  double value = 0, standard_error = 0;
  uint64_t clusters = 0;
  double low = 0;
  std::optional<double> high;
};
std::optional<Interval> IntervalWithin(const BoundedValue& bounded);

// Two-sided 95 % point of Student's t for `degrees` >= 1 degrees of freedom; relative error below
// 2e-4 (Abramowitz and Stegun, table 26.10 and the expansion 26.7.5).
double StudentT975(uint64_t degrees);

}  // namespace specctl
