// RunSnapshot: what there is to see of a run at one moment.
#pragma once

#include <optional>
#include <string>

#include "common/analysis/precision_watch.h"
#include "common/analysis/run_fold.h"
#include "common/workload/run_spec.h"

namespace specctl::controller {

struct RunSnapshot {
  std::string run_id;
  LiveFigures figures;
  // Time left of ramp, warm-up and --duration; nullopt without a --duration.
  std::optional<double> duration_left_s;
  // Of --until: how precise the figures are (PrecisionWatch::text), and in how long they will
  // probably be precise enough.
  std::string precision;
  std::optional<double> precise_in_s;
};

// Of the fold of that run's events so far, and what was seen of its goals.  Pure.
RunSnapshot SnapshotOf(const RunSpec& spec, const RunFold& fold, const PrecisionWatch& precision);

// Looks at the figures of the hold so far, where a look is due.  Whether it was.
bool LookIfDue(const RunFold& fold, PrecisionWatch& precision);

}  // namespace specctl::controller
