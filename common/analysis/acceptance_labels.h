// Labels of what acceptance is of: merged steps, a part of the requests, chunks alone.
#pragma once

#include <vector>

#include "common/analysis/results.h"

namespace specctl {

// approximate_acceptance; and of each target merged_steps, contradictory_statistics and
// partial_acceptance.  Pure.
std::vector<VerdictLabel> AcceptanceLabels(const RunSpec& spec, const Results& figures);

}  // namespace specctl
