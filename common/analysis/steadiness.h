// Whether the hold is a steady state.
#pragma once

#include <optional>
#include <span>

#include "common/analysis/results.h"
#include "common/analysis/run_checks.h"

namespace specctl {

// A level that grew throughout the windows of a hold: what waits on the servers, or (where load
// comes as it pleases, whatever is in flight) the requests in flight.  Growth of less than `least`
// is none.  nullopt as well where the windows that have it are too few (growth.h).  Pure.
std::optional<HoldGrowth> FindGrowthOf(GrowingLevel level, std::span<const WindowFigures> hold,
                                       double least);

// Of the run's load: a closed loop holds what is in flight at bs, so its queue is on the servers;
// in an open loop what is in flight grows where the servers don't keep up.  Growth by less than one
// request, or than 5 % of bs (of the mean in flight), changes no figure.  nullopt without a hold.
std::optional<HoldGrowth> FindGrowthOfHold(const Results& figures);

// Takes the intervals of a hold away that has no steady state: they would be of one.
void WithholdIntervals(Results& results);

// The reason that a growing hold is.  Pure.
std::optional<Finding> CheckSteady(const Results& figures);

}  // namespace specctl
