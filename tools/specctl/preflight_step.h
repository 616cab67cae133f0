// One step of a preflight: what its run said, and whether the client kept up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/analysis/results.h"
#include "common/base/clock.h"
#include "common/journal/null_server_report.h"

namespace specctl::cli {

// The load of a step, as it was offered.
struct StepLoad {
  uint32_t agents = 1;
  uint32_t streams = 0;     // over all agents
  double chunks_per_s = 0;  // of each stream

  double OfferedPerS() const { return streams * chunks_per_s; }
};

// How one agent of a step did.
struct StepAgent {
  uint32_t agent = 0;
  std::string host;  // its pod where it is in one, else its machine
  uint32_t cores = 0;
  uint32_t streams = 0;
  uint64_t chunks = 0;                          // that it received
  double receive_lag_p99_ms = 0;                // in its worst second
  std::optional<double> cpu_us_per_chunk;       // all of its process; absent without a chunk
  std::optional<NullServerReport> null_server;  // its own one's; absent: the agent was lost
};

// What the results of a step's run say.  Its chunks have one token each.
struct StepFigures {
  VerdictState verdict = VerdictState::kValid;
  std::vector<ReasonCode> reasons;  // of the verdict
  std::vector<std::string> checks_not_made;
  std::optional<double> reached_per_s;  // chunks a second, over all agents; absent without a hold
  std::vector<StepAgent> agents;
};

StepFigures FiguresOf(const Results& results);

enum class StepState {
  kKept,            // the figures of such a load can be trusted
  kDistorted,       // the client did not keep up
  kNullServerLate,  // nor did the null server: nothing is learnt about the client
};

struct JudgedStep {
  StepLoad load;
  StepFigures figures;
  StepState state = StepState::kKept;
  std::string why;  // for people; empty where kept
};

// Of the agent, or the null server, that did worst; nullopt where no agent has the figure.
std::optional<double> WorstLagP99Ms(const StepFigures& figures);
std::optional<double> WorstCpuUsPerChunk(const StepFigures& figures);
Nanos WorstLatenessP99(const StepFigures& figures);

// A step is kept where the run's verdict is valid, 98 % of the offered chunks came in the hold, and
// every chunk that a null server sent has arrived.
// Where it is not kept, and a null server's p99 lateness was above a tenth of a stream's chunk
// period, the null server was the limit.
JudgedStep JudgeStep(const StepLoad& load, StepFigures figures);

// "kept", "distorted", "null server late".
std::string_view StepStateName(StepState state);

}  // namespace specctl::cli
