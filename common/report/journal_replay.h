// A run's journal, folded from its file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/run_fold.h"
#include "common/journal/journal_loss.h"

namespace specctl {

// Applies every event of `<run_dir>/journal.pb` to `fold`; `on_begun` is called with the first one
// before anything is applied, and its error ends the replay.  Events that contradict earlier ones
// are the fold's to report.  Returns what of the file is no whole record, and was left out.
//
// NOT_FOUND  no such folder, or no journal in it
// DATA_LOSS  without the spec that every journal begins with, or with a record of another version
using OnRunBegun = std::function<absl::Status(const RunBegun&)>;
absl::StatusOr<JournalLoss> ReplayJournal(const std::string& run_dir, const OnRunBegun& on_begun,
                                          RunFold& fold);

// Puts `loss` into the results of that fold: where records are missing before the end, the run is
// degraded at least, with journal_damaged as the first reason.
void AddJournalLoss(const JournalLoss& loss, Results& results);

// The results of the run in that folder, with its losses; nothing is written.  Errors as
// ReplayJournal.
absl::StatusOr<Results> ReadResults(const std::string& run_dir);

// What to say of it, a line each, without line ends; none where nothing is lost.
std::vector<std::string> JournalLossLines(const std::string& run_dir, const JournalLoss& loss);

}  // namespace specctl
