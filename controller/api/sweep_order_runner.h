// RunSweepOrder: a sweep on the fleet that is attached.
#pragma once

#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "controller/api/order_runner.h"
#include "controller/api/sweep_order.h"

namespace specctl::controller {

// Measures the order's sweep in `folder`, which is there, or goes on with the one that is in it.
// Each run waits for the agents that it is to have, `wait_agents` at most; those that have left
// since the run before get as long as agents take to dial again.  Blocks.  A run that fails is
// marked in sweep.json, and the sweep goes on.  It ends as kCompleted, or as kInterrupted where it
// was asked to stop: what it measured stays.
// Errors as of SweepFolder, RecoverSweep() and SweepRunner.
absl::StatusOr<OrderEnd> RunSweepOrder(SweepOrder order, Nanos wait_agents,
                                       const std::string& folder, const OrderMeans& means);

// Ends the run that another life of this controller had under way, if it can go on, and brings
// sweep.json up to date: RunSweepOrder() does the rest.  Where no run was, or none can go on, the
// fleet has none to resume.  Errors as there.
absl::Status ResumeRunOfSweep(const SweepOrder& order, const std::string& folder,
                              const OrderMeans& means);

}  // namespace specctl::controller
