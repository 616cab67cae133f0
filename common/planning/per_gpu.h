// Output TPS for each GPU of a target.
#pragma once

#include <optional>

#include "common/planning/pooled_points.h"
#include "common/planning/sweep.h"

namespace specctl {

// As the run knew its GPUs, else as the target does; nullopt: unknown.
std::optional<Measured> OutputPerGpu(const Sweep& sweep, const PooledPoint& point);

}  // namespace specctl
