// Whether what an engine says of a response's speculative steps can be right.
#pragma once

#include <cstdint>

#include "common/engine/token_accounting.h"

namespace specctl {

// Whether statistics contradict themselves or the tokens that came, `total_tokens` of them.  Which
// of the numbers is wrong is not known then, so that none can be used.  They must hold:
// - the histogram, and the list of steps: as many as drafts, with as many tokens accepted as told;
// - the histograms by draft length: in sum the histogram, with as many tokens drafted as told;
// - no more accepted than drafted;
// - the cut: the prefills' tokens + steps + accepted - total tokens are those that the end of the
//   response cut off its last step: no more than one draft had accepted, and not less than 0 where
//   all steps are told.  A retraction may have dropped a step that was counted.
bool ContradictsItself(const SpeculationStats& stats, uint64_t total_tokens);

// Tokens that no step after the prompt's yielded: the prompt's, and one for each time that the
// engine retracted the response and computed it anew.  Where an engine that tells all steps does
// not say how often: the fewest with which `total_tokens` can be right.
uint64_t PrefillTokens(const SpeculationStats& stats, uint64_t total_tokens);

}  // namespace specctl
