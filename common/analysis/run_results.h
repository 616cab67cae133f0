// Results of a run whose requests are all settled.
#pragma once

#include <string>

#include "common/analysis/results.h"
#include "common/analysis/run_state.h"

namespace specctl {

Results MakeResults(const RunState& state);

}  // namespace specctl
