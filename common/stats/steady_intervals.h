// Intervals of the mean and the quantiles of values of a steady state, of which neighbours in time
// are alike.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/stats/censored_sample.h"
#include "common/stats/quantiles.h"

namespace specctl {

struct TimedValue {
  double value = 0;
  bool censored = false;
  double at = 0;  // where in the steady state its request began: 0 its begin, 1 its end
};

// Beyond a quantile there must be this many independent values on the side where it has fewer:
// 1,000 are needed for p99.
inline constexpr double kEffectiveBeyond = 10;

// Time is divided into cells.  A quantile's share of the values, in each cell, is a series whose
// mean has an error by batch means (series_error.h); its shape, that of counts of rare events that
// come in clusters, is that of a block bootstrap over the cells with blocks as long as the batches,
// stretched to Student's t and the correlation that is left between batches.  The interval's ends
// are the order statistics at its tails (Woodruff, JASA 47, 1952).  A mean has the interval of the
// error itself.
//
// `effective` is the number of values divided by how much the variance of their mean rank is
// inflated by their correlation.  With fewer than kEffectiveBeyond of them beyond a quantile above
// (below) the median there is only the lower (upper) one-sided 95 % bound, that of as many
// independent values (binomial).  What has neither is empty; nullopt for fewer than 10 values.
//
// Depends on the values, their order and `seed` alone.
std::optional<DistributionIntervals> SteadyIntervals(std::span<const TimedValue> values,
                                                     uint64_t seed);
// The same with their sample, which the caller has.
std::optional<DistributionIntervals> SteadyIntervals(std::span<const TimedValue> values,
                                                     const CensoredSample& sample, uint64_t seed);

// The largest k such that a binomial number of `count` with probability `q` is below k with at most
// `tail`; 0 .. count.
uint64_t BinomialLow(uint64_t count, double q, double tail);

}  // namespace specctl
