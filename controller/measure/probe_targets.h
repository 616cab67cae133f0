// The targets of a run, asked before anything is measured.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "controller/measure/network.h"

namespace specctl::controller {

// Asks every target of the request, in their order, until one can't be measured.  Errors as
// Network::Probe; also INVALID_ARGUMENT where the targets' models differ and none was named, or
// --ca-file holds no certificate.
absl::StatusOr<std::vector<TargetProbed>> ProbeTargets(const MeasureRequest& request,
                                                       Network& network);

}  // namespace specctl::controller
