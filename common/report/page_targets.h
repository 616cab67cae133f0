// The page's table of targets.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// Of each target output TPS over the whole run, TTFT, acceptance length, requests running and
// waiting, and requests that were not ok; "-" for what is not known.  Empty with one target.
std::string TargetTable(const Results& results);

}  // namespace specctl
