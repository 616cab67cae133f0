// Labels that a sweep gives its points, beside those of their runs (docs/planning.md).
#pragma once

#include <string>
#include <string_view>

#include "common/planning/sweep.h"

namespace specctl {

// The servers were not the same throughout: what was measured again differs beyond noise.
inline constexpr std::string_view kDriftLabel = "drift";

// Once.
void AddLabel(std::string_view label, PointMeasurement& measured);
void RemoveLabel(std::string_view label, PointMeasurement& measured);

}  // namespace specctl
