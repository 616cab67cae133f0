// What two targets made of the same conversations (--paired), as ratios with intervals.
#pragma once

#include <absl/status/statusor.h>

#include "common/compare/run_sample.h"
#include "common/planning/sweep.h"

namespace specctl {

// The second target's figures over the first's: for each conversation whose requests of the hold
// were ok on both, the ratio of User TPS ("user_tps"), TTFT ("ttft_ms"), ITL ("itl_ms") and request
// latency ("request_latency_ms"), over its turns; of these ratios the geometric mean ("mean"), with
// the spread of its logarithm over conversations.  `sample`: of a run with UrlPolicy::kPaired, its
// targets in that order.
// FAILED_PRECONDITION: fewer than kPairsMin conversations have both, or the run is invalid or
// unstable.
inline constexpr size_t kPairsMin = 5;
absl::StatusOr<MeasuredFigures> PairRatios(const RunSample& sample);

}  // namespace specctl
