// The page's block on speculative decoding: the sources side by side, then the slices.
#pragma once

#include <string>

#include "common/analysis/results.h"

namespace specctl {

// Headline acceptance per step and per draft, the servers' counters and what chunks say, each under
// its own name; then tiers and categories (where there is more than one).
std::string AcceptanceBlock(const Results& results);

}  // namespace specctl
