// Intervals of a run that ends once they are narrow.
#pragma once

#include "common/figures/figure_set.h"

namespace specctl {

// To look again and again and end at a narrow interval favours those that came out too narrow.  As
// of group-sequential designs (repeated confidence intervals: Jennison and Turnbull, Group
// Sequential Methods, 9) every interval is wider by one factor, at each look and at the end; it was
// found by simulation (docs/statistics.md, tests/bench/coverage_bench --until).
inline constexpr double kStoppedWidening = 1.12;

// Makes each 95 % interval and bound of the set so many times as wide, on each side of its value.
// None goes below 0.  Pure.
void WidenForStopping(FigureSet& set);

}  // namespace specctl
