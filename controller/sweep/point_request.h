// What a point of a sweep asks to be measured: a run like any other.
#pragma once

#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "common/planning/sweep.h"
#include "controller/measure/measure_request.h"
#include "controller/sweep/sweep_job.h"

namespace specctl::controller {

// The request of sweep.points[point], by that run id.
// INVALID_ARGUMENT  --tier: the dataset has no row of it
absl::StatusOr<MeasureRequest> RequestOfPoint(const SweepJob& job, const Sweep& sweep, size_t point,
                                              const std::string& run_id);

// The request of sweep.pairs[pair]: both targets, each with about the load of the point.
// `servers`: one of each target (--paired asks for it).
absl::StatusOr<MeasureRequest> RequestOfPair(const SweepJob& job, const Sweep& sweep, size_t pair,
                                             const std::string& run_id);

// Of a run that was begun and goes on: as these, without prompts and load, which its journal has.
MeasureRequest ResumedRequestOfPoint(const SweepJob& job, const Sweep& sweep, size_t point);
MeasureRequest ResumedRequestOfPair(const SweepJob& job, const Sweep& sweep, size_t pair);

// `shape` with another level of load: bs of a closed loop, or the rate of an open one.
LoadShape AtLevel(const LoadShape& shape, const LoadLevel& load);

// Of the agents that were asked for those that `shape` has streams for: low loads of a sweep need
// fewer than high ones.
std::optional<uint32_t> AgentsOf(std::optional<uint32_t> asked, const LoadShape& shape);

// The rows of that tier, under the name that selects them, where there is one.  Empty tier: all.
// INVALID_ARGUMENT  --tier: there is no such row; names the tiers that there are
absl::StatusOr<Dataset> RowsOfTier(const Dataset& dataset, const std::string& tier);

}  // namespace specctl::controller
