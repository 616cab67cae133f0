// What a sweep and a plan keep of a run.
#pragma once

#include "common/compare/measured_run.h"
#include "common/planning/sweep.h"

namespace specctl {

// The figures and slices that a plan may ask for (sweep.h), and what the run was made with.
PointMeasurement MeasurePoint(const MeasuredRun& run);

// Increased when the same journal gives other figures, or more of them, than before.
inline constexpr uint32_t kPointFoldVersion = 3;

}  // namespace specctl
