// One step of a preflight: what its run and its null server said, and whether the client kept up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "tools/sim/pace_report.h"

namespace specctl::cli {

// The load of a step, as it was offered.
struct StepLoad {
  uint32_t streams = 0;
  double chunks_per_s = 0;  // of each stream

  double OfferedPerS() const { return streams * chunks_per_s; }
};

// What the summary of a step's run says.  Its chunks have one token each.
struct StepFigures {
  std::string verdict;               // valid, degraded or invalid
  std::vector<std::string> reasons;  // codes of the verdict's
  std::vector<std::string> checks_not_made;
  std::optional<double> reached_per_s;  // chunks a second; absent without a hold
  std::optional<double> receive_lag_p99_ms;
  std::optional<double> agent_cpu_us_per_chunk;  // all of the agent's process
};

// `summary`: text of a run's summary.json.
// INVALID_ARGUMENT  it is none
absl::StatusOr<StepFigures> ReadStepFigures(std::string_view summary);

enum class StepState {
  kKept,            // the figures of such a load can be trusted
  kDistorted,       // the client did not keep up
  kNullServerLate,  // nor did the null server: nothing is learnt about the client
};

struct JudgedStep {
  StepLoad load;
  StepFigures figures;
  sim::PaceSummary null_server;
  StepState state = StepState::kKept;
  std::string why;  // for people; empty where kept
};

// A step is kept where the run's verdict is valid and 98 % of the offered chunks came in the hold.
// Where it is not kept, and the null server's p99 lateness was above a tenth of a stream's chunk
// period, the null server was the limit.
JudgedStep JudgeStep(const StepLoad& load, StepFigures figures,
                     const sim::PaceSummary& null_server);

// "kept", "distorted", "null server late".
std::string_view StepStateName(StepState state);

}  // namespace specctl::cli
