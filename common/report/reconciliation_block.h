// The page's table of what three sources tell of a run.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// Rows that two sources or more tell, then each difference with its reasons.  Empty where no two
// sources tell of drafts or steps.
std::string ReconciliationBlock(const Results& results);

}  // namespace specctl
