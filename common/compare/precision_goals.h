// Precision goals as --until takes them:
//
//   FIGURE[_pNN] +-NUMBER%      comma = and
#pragma once

#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/workload/precision_goal.h"

namespace specctl {

// At least one.  INVALID_ARGUMENT: a term that is none, with its place in `text` and what is wrong
// with it; a figure of which a run tells no interval.
absl::StatusOr<std::vector<PrecisionGoal>> ParsePrecisionGoals(std::string_view text);

}  // namespace specctl
