// The statistics of a distribution, as artifacts name them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/stats/quantiles.h"

namespace specctl {

struct Statistic {
  std::string_view key;  // "mean", "p99", ...
  double Distribution::*value = nullptr;
  double QuantileErrors::*error = nullptr;  // nullptr: no bound of its error is computed
  SteadyBounds DistributionIntervals::*interval = nullptr;  // nullptr: it has none

  // Of a distribution that has intervals: this one's; nullptr where there is none.
  const SteadyBounds* BoundsIn(const Distribution& distribution) const {
    const bool there = interval != nullptr && distribution.intervals;
    return there ? &((*distribution.intervals).*interval) : nullptr;
  }
};

// mean, stddev, min, max, then the quantiles upwards: the order in which artifacts print them.
// The number of values, `count`, stands before them and is none.
std::span<const Statistic> Statistics();

// nullptr where there is none of that key.
const Statistic* FindStatistic(std::string_view key);

// "mean,p50,max" as a list, in its order.
// INVALID_ARGUMENT: empty, or with a word that is none; names those that there are, and the
// nearest.
absl::StatusOr<std::vector<const Statistic*>> ParseStatistics(std::string_view list);

}  // namespace specctl
