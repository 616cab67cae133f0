// The arrival proof of an open loop: planned arrivals against those that were begun.
#pragma once

#include <optional>
#include <span>

#include "common/analysis/results.h"
#include "common/analysis/run_checks.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/window_table.h"

namespace specctl {

// Of the headline's time, which is the hold of `results` or the run up to its last arrival.  The
// planned arrivals come from the spec again, whatever the agents did.  nullopt: a closed loop, or
// nothing arrived.  Pure.
std::optional<ArrivalFigures> ArrivalsOf(const Results& results,
                                         std::span<const SettledRequest> requests,
                                         std::span<const Window> windows);

// nullopt: they came as planned, or the loop is closed.  Thresholds: docs/metrics.md.  Pure.
std::optional<Finding> CheckShed(const Results& figures);
std::optional<Finding> CheckLateness(const Results& figures);
std::optional<Finding> CheckArrivalProcess(const Results& figures);

}  // namespace specctl
