// How narrow the intervals of a run's figures are, against goals.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/figures/figure_set.h"
#include "common/workload/precision_goal.h"

namespace specctl {

// Keys of those that have intervals while a run goes on: its estimates, and what requests scatter
// in.  Not those that wait for requests' ends: prompt tokens and goodput.
std::span<const std::string_view> FiguresWithIntervals();

// The farther end of the figure's 95 % interval, over the figure; nullopt where it lacks an end, or
// is absent or not above 0.
std::optional<double> HalfWidthShare(const FigureSet& figures, const PrecisionGoal& goal);

// What a quantile still lacks for an interval.
struct IntervalShortage {
  double effective = 0;  // values, as many as independent ones
  double needed = 0;     // of them; above `effective`
};
// nullopt where it has its interval, or lacks it for another reason.
std::optional<IntervalShortage> ShortageOf(const FigureSet& figures, const PrecisionGoal& goal);

}  // namespace specctl
