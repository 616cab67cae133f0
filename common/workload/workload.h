// Workload: what a run sends, in which order and where it ends, settled before anything is sent.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/workload/limits.h"
#include "common/workload/planned_row.h"
#include "common/workload/run_spec.h"
#include "common/workload/workload_item.h"

namespace specctl {

// rows[k] and items[k] are of the conversation at order index k, which is sent at positions k, k +
// size, k + 2*size, ...
struct Workload {
  std::vector<PlannedRow> rows;
  std::vector<WorkloadItem> items;
  WorkloadLimits limits;
};

// Rows without a model of their own get one of request.model_mix.  `copies`: each conversation has
// that many neighbouring places, at least one.
// INVALID_ARGUMENT naming the flag, as ComputeLimits.
absl::StatusOr<Workload> MakeWorkload(Dataset dataset, const LoadSpec& load,
                                      const RequestSpec& request, uint32_t copies = 1);

}  // namespace specctl
