// Resolve: what somebody asks to be measured -> a run of which everything is settled.
#pragma once

#include <absl/status/statusor.h>

#include "common/workload/workload.h"
#include "controller/measure/fleet_fit.h"
#include "controller/measure/measure_request.h"
#include "controller/measure/network.h"
#include "controller/measure/resolved_run.h"

namespace specctl::controller {

// What a request comes to before any target is asked.
struct PlannedRun {
  MeasureRequest request;  // its prompts are spent; spec lacks models and metrics_urls alone
  Workload workload;
};

// Settles agents, dataset and workload.
// INVALID_ARGUMENT    a flag, or FILE:LINE, and what to do
// NOT_FOUND           there is no such dataset
// RESOURCE_EXHAUSTED  the fleet can't hold the load (FitFleet)
absl::StatusOr<PlannedRun> ResolveWorkload(MeasureRequest request, const FleetFacts& fleet);

// Settles the same, then asks the targets and settles by them models, metrics and whether the
// prompts fit.  Runs beside the controller; blocks.
//
// Errors as ResolveWorkload, before any target is asked; of the targets:
// INVALID_ARGUMENT, UNAUTHENTICATED  what is asked for does not go with them (Network::Probe,
//                                    ProbeTargets, SettleByTargets)
// UNAVAILABLE, DEADLINE_EXCEEDED, FAILED_PRECONDITION  one is not there (Network::Probe)
// UNIMPLEMENTED                                        --flush-cache (FlushPrefixCache)
absl::StatusOr<ResolvedRun> Resolve(MeasureRequest request, Network& network);

}  // namespace specctl::controller
