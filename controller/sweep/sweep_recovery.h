// What an earlier process left of a sweep (--resume).
#pragma once

#include <absl/status/status.h>

#include "common/planning/sweep.h"
#include "controller/sweep/sweep_folder.h"
#include "controller/sweep/sweep_observer.h"

namespace specctl::controller {

// A run that ended, and whose point sweep.json does not have as done yet, is folded from its
// journal; one that was cut off is set aside and its point planned again, and so are points that
// failed or that a budget left out.  Figures of another fold, or of another journal than lies there
// now, are made anew.  sweep.json is written.
// DATA_LOSS  a journal is not that of the point's run
// others     a journal can't be read, or a file not be written
absl::Status RecoverSweep(const SweepFolder& folder, SweepObserver& observer, Sweep& sweep);

}  // namespace specctl::controller
