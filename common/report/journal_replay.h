// A run's journal, folded from its file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <absl/status/statusor.h>

#include "common/analysis/run_fold.h"

namespace specctl {

// Applies every event of `<run_dir>/journal.pb` to `fold`; `on_begun` is called with the first one
// before anything is applied, and its error ends the replay.  Events that contradict earlier ones
// are the fold's to report.  Returns the bytes of a torn tail, which are left out.
//
// NOT_FOUND  no such folder, or no journal in it
// DATA_LOSS  damaged before its end, or without the spec that every journal begins with
using OnRunBegun = std::function<absl::Status(const RunBegun&)>;
absl::StatusOr<uint64_t> ReplayJournal(const std::string& run_dir, const OnRunBegun& on_begun,
                                       RunFold& fold);

// What to say of a torn tail of so many bytes.
std::string TornTailText(const std::string& run_dir, uint64_t torn_bytes);

}  // namespace specctl
