#include "tools/specctl/preflight_outcome.h"

#include "common/report/journal_replay.h"

namespace specctl::cli {

absl::StatusOr<Results> StepResults(RunEnd end, const std::string& reason,
                                    const std::string& folder) {
  if (end == RunEnd::kInterrupted) return absl::CancelledError("interrupted");
  auto results = ReadResults(folder);
  const bool told = results.ok() && results->conservation.ok > 0 &&
                    results->verdict.state != VerdictState::kValid;
  if (end == RunEnd::kCompleted || told) return results;
  return absl::FailedPreconditionError(reason);
}

}  // namespace specctl::cli
