// What a verdict says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace specctl {

enum class VerdictState { kValid, kDegraded, kInvalid };

struct VerdictReason {
  std::string code;  // e.g. "conservation", "agent_lost", "in_flight_below_bs", "tokens_apart"
  std::string text;
  uint64_t windows = 0;  // windows that have it; 0: it is the run's
};

struct Verdict {
  VerdictState state = VerdictState::kValid;
  std::vector<VerdictReason> reasons;
  std::vector<VerdictReason> labels;         // facts of the server or environment: drop nothing
  std::vector<std::string> checks_not_made;  // in the words of the page
  uint64_t windows = 0, windows_degraded = 0, windows_invalid = 0;
};

}  // namespace specctl
