// Whether runs fit into one matrix.
#pragma once

#include <span>

#include <absl/status/status.h>

#include "common/matrix/run_cells.h"

namespace specctl {

// INVALID_ARGUMENT names the two runs (or the two targets of one), what differs and what to do:
// the same run twice; datasets or their revisions; what requests asked for (osl, temperature, ...);
// for throughput the concurrency; models, engines, methods, drafters or draft lengths within a row;
// a row and column that both have.
absl::Status CheckFit(std::span<const RunCells> runs, const MatrixRequest& request);

// Parts of it, for two runs: whether their prompts are of one dataset and revision; whether
// requests asked for the same.
absl::Status CheckSameDataset(const RunCells& a, const RunCells& b, MatrixBy by);
absl::Status CheckSameRequests(const RunCells& a, const RunCells& b);

// What throughput is of those runs: of runs with one column each kThroughput, of runs with several
// kUserTps; other metrics stay.  INVALID_ARGUMENT: some are of the one kind and some of the other.
absl::StatusOr<MatrixMetric> MetricOf(std::span<const RunCells> runs, MatrixMetric asked);

}  // namespace specctl
