// Whether two runs asked for and got the same work: part of CheckComparability().
#pragma once

#include "common/compare/comparability.h"

namespace specctl {

// Adds to `result` what differs of sampling, offered load, output lengths, finish reasons and
// prefix hits.
void CheckStimulus(const MeasuredRun& a, const MeasuredRun& b, Comparability& result);

}  // namespace specctl
