// What a step's run left, as the preflight takes it.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/journal/event.h"

namespace specctl::cli {

// Of the run whose journal is in `folder`.  One that ended badly has its figures all the same,
// where any request was ok and its verdict tells.
// CANCELLED            it was interrupted
// FAILED_PRECONDITION  it ended badly otherwise; `reason` is the text
// others               as ReadResults()
absl::StatusOr<Results> StepResults(RunEnd end, const std::string& reason,
                                    const std::string& folder);

}  // namespace specctl::cli
