// What a step of a preflight asks to be measured.
#pragma once

#include "common/base/clock.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// A run of its own id on a null server beside each agent, whose load is still to be said.
controller::MeasureRequest NullServerRequest(double chunks_per_s);

// The same with `load`.  Replies are 2 s long, or a third of `duration` where that is shorter;
// streams begin evenly over that time, are all open for `duration`, and end as evenly.
controller::MeasureRequest StepRequest(const StepLoad& load, Nanos duration);

}  // namespace specctl::cli
