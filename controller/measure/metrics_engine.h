// Whether the metrics that --server-metrics names are of an engine that the run measures.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "controller/measure/network.h"

namespace specctl::controller {

// Whose families `text`, the metrics at `url`, has: one of `engines` (EngineProfile names).  The
// first of `engines` where it has no known ones, or one of `engines` is not known by its metrics.
// INVALID_ARGUMENT  it has those of another engine alone; names them
absl::StatusOr<std::string> EngineOfMetrics(std::string_view url, std::string_view text,
                                            std::span<const std::string> engines);

// Reads each named URL once and settles `metrics[].engine`, whose families are kept of it.  One
// that does not answer may do so later, and is left as it is.
// INVALID_ARGUMENT  as above
absl::Status SettleNamedMetrics(const MeasureRequest& request,
                                const std::vector<TargetProbed>& targets, Network& network,
                                std::vector<MetricsTarget>& metrics);

}  // namespace specctl::controller
