// PrecisionGoal: how narrow a figure's interval is to be for a run to end (--until).
#pragma once

#include <string>

namespace specctl {

struct PrecisionGoal {
  std::string figure;           // a key of the catalogue, e.g. "ttft_ms"
  std::string statistic;        // "p99", "mean"; "value" of what is no distribution
  double half_width_share = 0;  // of its 95 % interval, over the figure: 0.05 is +-5 %
  bool operator==(const PrecisionGoal&) const = default;
};

// "ttft_ms_p99", "output_tps"; of a mean the figure alone.
std::string GoalFigureText(const PrecisionGoal& goal);
// "ttft_ms_p99 +-5%": what --until takes.
std::string GoalText(const PrecisionGoal& goal);

}  // namespace specctl
