// The network between agents and targets, by the round trips that TCP measured.
#pragma once

#include <vector>

#include "common/analysis/figures.h"

namespace specctl {

// By target, of those with a round trip: over the connections that `requests` opened, and the TTFT
// of its ok requests among `headline` less that.
std::vector<TargetNetwork> NetworkByTarget(const RequestSet& requests, const RequestSet& headline);

}  // namespace specctl
