// What a step's run left, as the preflight takes it.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/journal/event.h"

namespace specctl::cli {

// Of the run whose journal is in `folder`.  One that ended badly has its figures all the same,
// where its verdict says so.
// CANCELLED            it was interrupted
// FAILED_PRECONDITION  it ended badly, for `reason`, and its verdict does not tell
// others               as ReadResults()
absl::StatusOr<Results> StepResults(RunEnd end, const std::string& reason,
                                    const std::string& folder);

}  // namespace specctl::cli
