#include "common/workload/precision_goal.h"

#include <absl/strings/str_format.h>

namespace specctl {

std::string GoalFigureText(const PrecisionGoal& goal) {
  const bool alone = goal.statistic == "value" || goal.statistic == "mean";
  return alone ? goal.figure : goal.figure + "_" + goal.statistic;
}

std::string GoalText(const PrecisionGoal& goal) {
  return absl::StrFormat("%s +-%.4g%%", GoalFigureText(goal), goal.half_width_share * 100);
}

}  // namespace specctl
