// Measure: a run as a function call.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "controller/fleet/fleet.h"
#include "controller/measure/recovered_run.h"
#include "controller/measure/resolved_run.h"
#include "controller/run/run_observer.h"
#include "controller/run/stop_token.h"

namespace specctl::controller {

// A folder that the run's journal, journal.pb, is written into.
struct RunDir {
  std::string path;  // exists, and has no journal

  std::string JournalPath() const { return path + "/journal.pb"; }
};

struct RunOutcome {
  // How it ended, which is the journal's last event as well (not where the journal failed).
  RunEnded ended;
};

// Runs `run` on the first spec.load.agents agents of `fleet`, waiting run.join_timeout for those
// that have not joined.  Requests that `stop` has before the call count.  Whatever the end: every
// batch that was acknowledged is on disk, and the agents have been told to release the run.
// Blocks; one run at a time on a fleet, which outlives the call.
//
// Errors, with nothing sent to any server:
// ALREADY_EXISTS, RESOURCE_EXHAUSTED, INTERNAL  the journal can't be created or written
// ALREADY_EXISTS                                a run of this id was on the fleet before
// FAILED_PRECONDITION                           a run is on
// others                                        the metrics can't be scraped as they are named
absl::StatusOr<RunOutcome> Measure(const ResolvedRun& run, const RunDir& dir, Fleet& fleet,
                                   StopToken stop, RunObserver& observer);

// Goes on with a run that another life of this controller began on these agents, until its end.
// `run`: as it was resolved then, but for the workload, which its agents have; `recovered` is
// spent. The fleet was started to resume (Fleet::Options::resuming).  Errors as of Measure().
absl::StatusOr<RunOutcome> ResumeMeasure(const ResolvedRun& run, RecoveredRun recovered,
                                         Fleet& fleet, StopToken stop, RunObserver& observer);

}  // namespace specctl::controller
