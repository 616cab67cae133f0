// RecoveredRun: a run that another life of this controller began, from its journal.
#pragma once

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/run_fold.h"
#include "common/journal/event.h"
#include "common/journal/journal_writer.h"
#include "controller/run/run_past.h"

namespace specctl::controller {

// Move-only.
struct RecoveredRun {
  RunPast past;
  RunFold fold;                  // of all that is in the journal
  JournalWriter journal;         // goes on behind its last whole record
  std::vector<Scraped> scrapes;  // those that named series, without values
  uint64_t bytes = 0;            // of the journal
};

// Reads the journal at `path` and cuts off its torn tail; whether the run can go on, its past
// says.  Takes as long as a report of the run.
//
// NOT_FOUND  there is none
// DATA_LOSS  damaged before its end, or of another version
// INTERNAL   it can't be written
absl::StatusOr<RecoveredRun> RecoverRun(const std::string& path);

}  // namespace specctl::controller
