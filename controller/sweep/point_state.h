// What becomes of a point of a sweep.
#pragma once

#include "common/planning/sweep.h"
#include "common/sweep/measured_folder.h"

namespace specctl::controller {

// As if it had never been begun.
void PlanAgain(SweepPoint& point);

// Done, with these figures.  Of the first run of a target the sweep learns what serves it.
void TakeMeasured(MeasuredFolder measured, Sweep& sweep, SweepPoint& point);

}  // namespace specctl::controller
