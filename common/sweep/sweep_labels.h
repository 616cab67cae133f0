// Labels that a sweep gives its points, beside those of their runs (docs/planning.md).
#pragma once

#include <string>
#include <string_view>

#include "common/planning/sweep.h"

namespace specctl {

// Once.
void AddLabel(std::string_view label, PointMeasurement& measured);
void RemoveLabel(std::string_view label, PointMeasurement& measured);

}  // namespace specctl
