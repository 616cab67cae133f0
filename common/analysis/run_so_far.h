// A run that goes on, as it would stand had its work ended by now.
#pragma once

#include <cstdint>
#include <optional>

#include "common/analysis/result_sources.h"
#include "common/analysis/run_state.h"

namespace specctl {

// The whole seconds of the hold that all agents have reported; 0 before it.
int64_t HoldSecondsSoFar(const RunState& state);

// Requests that have not ended, or of which not all is reported yet, are in flight where the hold
// ends; the others are as they will stay.
RunRequests RequestsSoFar(const RunState& state);

}  // namespace specctl
