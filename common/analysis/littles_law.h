// Little's law: what the agents count in flight, on average, is the rate of requests times how long
// each was in flight, that is, the time that their rows say they spent in flight, over the hold.
#pragma once

#include "common/analysis/evidence.h"
#include "common/analysis/run_checks.h"

namespace specctl {

// Pure.
CheckResult CheckLittlesLaw(const Evidence& evidence, const Results& figures);

}  // namespace specctl
