// What a run of a sweep is, and what came of it, in a line.
#pragma once

#include <string>

#include "common/planning/sweep.h"
#include "common/sweep/sweep_schedule.h"

namespace specctl {

// "[3/12] dl3 at bs 64, throughput_1k": its place among what is planned by now, and what it is.
std::string NextRunText(const Sweep& sweep, const NextRun& run);

// Of one that is over: "failed: ..." or the point's figures; empty where there is nothing to say.
std::string RunOutcomeText(const Sweep& sweep, const NextRun& run);

}  // namespace specctl
