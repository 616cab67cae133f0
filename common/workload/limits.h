// Where a workload ends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <absl/status/statusor.h>

#include "common/workload/run_spec.h"
#include "common/workload/stratified_order.h"

namespace specctl {

// A conversation's position p runs on through repeats of the dataset: cycle = p / rows, order index
// = p % rows.
struct WorkloadLimits {
  // Positions 0 .. end-1 may begin; nullopt: unbounded (--duration alone).
  std::optional<uint64_t> positions_end;
  // Turns of the position end-1 that may be sent, where --requests cuts a conversation; else
  // nullopt.
  std::optional<uint32_t> last_position_turns;
  // Requests in all; nullopt where unbounded.
  std::optional<uint64_t> planned_requests;
};

// INVALID_ARGUMENT where requests_max and conversations_max are both set, or a limit is 0.
// Without limit and duration: the whole dataset once.  With --requests or --conversations beyond
// the dataset, the dataset repeats.  With a duration and one of them: whichever comes first.
absl::StatusOr<WorkloadLimits> ComputeLimits(const LoadSpec& load, std::span<const RowFacts> rows,
                                             std::span<const uint32_t> order);

}  // namespace specctl
