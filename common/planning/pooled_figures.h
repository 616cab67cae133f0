// Figures of one thing that was measured several times, as one.
#pragma once

#include <span>
#include <vector>

#include "common/compare/measured_run.h"

namespace specctl {

// Each measurement's figures, and how long it lasted, which is what it weighs.
struct WeighedFigures {
  const MeasuredFigures* figures = nullptr;
  double weight = 1;  // above 0
};

// Of every figure and statistic that any of them has: the weighted mean.  Its error is that of the
// measurements' own errors, widened by the factor by which they differ more than those explain (the
// scale factor of the Particle Data Group, "Review of Particle Physics", 5.2.2, never below 1).
// Where some have a spread, only these enter.  A mean of quantiles estimates the quantile of one
// measurement of that length, which all of them are.  Counts are added.
MeasuredFigures PoolFigures(std::span<const WeighedFigures> measurements);

struct WeighedMeasured {
  Measured measured;
  double weight = 1;
};
// The same for one number.  `measurements` must not be empty.
struct PooledMeasured {
  Measured measured;
  double scale = 1;  // how much more the measurements differ than their errors explain
};
PooledMeasured PoolMeasured(std::span<const WeighedMeasured> measurements);

}  // namespace specctl
