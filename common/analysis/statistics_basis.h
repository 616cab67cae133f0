// What the servers' statistics of single requests tell, whether or not the headline trusts them.
#pragma once

#include <span>
#include <vector>

#include "common/analysis/acceptance_fold.h"
#include "common/analysis/settled_request.h"

namespace specctl {

// `bases` with each target's source replaced by its statistics, or else its timings, in the detail
// that kSourceShareMin of the ok requests that have any of it reach; no basis where none has.
std::vector<TargetBasis> StatisticsBases(std::span<const SettledRequest> requests,
                                         std::span<const TargetBasis> bases);

}  // namespace specctl
