// pareto.csv: a row for each point of a sweep's grid.
#pragma once

#include <string>

#include "common/planning/sweep.h"

namespace specctl {

// Anchors and repeats pooled, their runs listed; skipped points stay, with their state as verdict.
// docs/planning.md lists the columns; `temperature` is a last one where the grid has temperatures.
std::string ParetoCsv(const Sweep& sweep);

}  // namespace specctl
