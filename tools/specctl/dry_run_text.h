// What --dry-run says of a run before anything is sent.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/workload/run_spec.h"
#include "common/workload/workload.h"

namespace specctl::cli {

// Prompts, tokens, waves, connections, and a request as it would be sent.
// INVALID_ARGUMENT where a body can't be made of the first row.
absl::StatusOr<std::string> DryRunText(const Workload& workload, const RunSpec& spec);

}  // namespace specctl::cli
