// Results of a run whose requests are all settled.
#pragma once

#include <optional>

#include "common/analysis/results.h"
#include "common/analysis/run_state.h"

namespace specctl {

Results MakeResults(const RunState& state);

// The headline as it would be, had the hold ended with the last second that all agents have
// reported; nullopt: there is no hold yet that is long enough for one.  Prompt tokens of requests
// in flight are not told yet.  It blocks for some time: docs/performance.md.
std::optional<FigureSet> HoldSoFar(const RunState& state);

}  // namespace specctl
