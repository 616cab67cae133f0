// What the probe of the targets settles of a run: models, metrics addresses, and whether its
// prompts fit.
#pragma once

#include <span>

#include <absl/status/status.h>

#include "common/journal/event.h"
#include "common/workload/workload.h"
#include "controller/measure/measure_request.h"

namespace specctl::controller {

// Completes request.spec by what was found, adds to request.notes what a user should know, and
// settles the models of the workload's rows.  `targets` are in the order of spec.targets.
//
// INVALID_ARGUMENT, and nothing is to be sent:
// - a row, or --model-mix, names a model that a target does not serve.  Where --model, or model= of
//   each --target, says what to ask for instead, such rows ask for that, with a note;
// - no conversation fits a target's context;
// - /generate, which has no field for a model, is to be asked for several, or for one that a row
//   names.
absl::Status SettleByTargets(std::span<const TargetProbed> targets, MeasureRequest& request,
                             Workload& workload);

}  // namespace specctl::controller
