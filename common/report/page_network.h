// The page's lines about the network between agents and targets.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// One line a target, kTargetsMax at most: its round trip, and its TTFT with and without it.  Empty
// where nothing was measured.
std::string NetworkLines(const Results& results);

}  // namespace specctl
