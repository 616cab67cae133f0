// Reasons of windows: slots that stood idle, and agents that did not keep up.
#pragma once

#include <span>
#include <vector>

#include "common/analysis/evidence.h"

namespace specctl {

struct WindowReasons {
  VerdictState state = VerdictState::kValid;
  std::vector<ReasonCode> codes;
};

// Of each of the figures' windows.  Pure.
std::vector<WindowReasons> ReasonsOfWindows(const Evidence& evidence, const Results& figures);

// What they are for the run: one reason for each code that judged windows have, with their number
// and the text of the worst.  `reasons`: those of the windows.  Pure.
std::vector<VerdictReason> SumUpWindows(const Evidence& evidence, const Results& figures,
                                        std::span<const WindowReasons> reasons);

}  // namespace specctl
