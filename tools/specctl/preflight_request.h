// What a step of a preflight asks to be measured.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// A run of its own id on the null servers `urls`, one for each agent, whose load is still to be
// said. INVALID_ARGUMENT  a URL is none
absl::StatusOr<controller::MeasureRequest> NullServerRequest(const std::vector<std::string>& urls);

// The same with `load`.  Replies are 2 s
// long, or a third of `duration` where that is shorter; streams begin evenly over that time, are
// all open for `duration`, and end as evenly.
// INVALID_ARGUMENT  a URL is none
absl::StatusOr<controller::MeasureRequest> StepRequest(const StepLoad& load, Nanos duration,
                                                       const std::vector<std::string>& urls);

}  // namespace specctl::cli
