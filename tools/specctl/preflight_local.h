// Steps of a preflight on agents of this machine.
#pragma once

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "controller/fleet/fleet.h"
#include "controller/measure/measure_request.h"
#include "controller/run/stop_token.h"

namespace specctl::cli {

// Measures on `fleet`, which grows to the agents that the step wants; those that a step does
// without are idle.  The first request of `stop` ends it at once.
//
// CANCELLED    interrupted
// UNAVAILABLE  there can be no folder for the step's journal, which is gone afterwards
// others       the run was refused, or failed; the text is its own
absl::StatusOr<Results> MeasureHere(controller::Fleet& fleet, const controller::StopToken& stop,
                                    controller::MeasureRequest request);

}  // namespace specctl::cli
