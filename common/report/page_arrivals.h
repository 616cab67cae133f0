// The page's lines on the arrivals of an open loop.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// Empty for a closed loop.
std::string ArrivalLines(const Results& results);

}  // namespace specctl
