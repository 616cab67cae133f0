// Checks of a run as a whole, by its books, its agents and its journal.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/analysis/evidence.h"

namespace specctl {

// A reason of the run, and the state that it makes the run's at least.
struct Finding {
  VerdictState state = VerdictState::kDegraded;
  VerdictReason reason;
};

// What a check came to that may not be possible, or whose finding may be explained.
struct CheckResult {
  std::optional<Finding> finding;
  std::string note;      // of a finding that is explained
  std::string not_made;  // why the check is not, in the words of the page
};

// nullopt: all is well.  Pure.
std::optional<Finding> CheckConservation(const Results& figures);
std::optional<Finding> CheckJournal(const Contradictions& contradictions);
std::optional<Finding> CheckAgentsLost(std::span<const AgentState> agents);
std::optional<Finding> CheckChunksDropped(std::span<const AgentState> agents);
std::optional<Finding> CheckMeasured(const Results& figures);  // any request was ok
std::optional<Finding> CheckEnd(const Results& figures);       // the journal has it
std::optional<Finding> CheckClocks(const RunContext& run);     // all are mapped by probes

}  // namespace specctl
