// The decoding steps of one request: from its chunks, or from what the engine itself says of them.
#pragma once

#include <cstdint>
#include <optional>

#include "common/analysis/settled_request.h"
#include "common/engine/token_accounting.h"
#include "common/speculation/acceptance.h"

namespace specctl {

// The truncated last step is left out.
struct RequestSteps {
  StepDetail detail = StepDetail::kEach;
  StepHistogram lengths;  // with kEach
  uint64_t steps = 0;     // with kCount; else the lengths have it
  uint64_t drafts = 0, drafted = 0, accepted = 0;

  StepSums Sums() const;
};

// `after_first`: lengths of the token-bearing chunks after the first, which is the prompt's step;
// `last_tokens`: of the last of them, which the response's end truncated.
RequestSteps StepsOfChunks(const StepHistogram& after_first, uint32_t last_tokens);

// What the statistics are read against.
struct DeliveredTokens {
  uint64_t total = 0;                         // output tokens of the response
  std::optional<uint32_t> last_chunk_tokens;  // nullopt: unknown, or the response was one chunk
};

// Steps after the prompt's: those with a draft, as counted, and as many without one as are needed
// to explain the tokens: tokens = 1 + sum over steps of (accepted + 1) - cut off.
uint64_t StepsAfterPrompt(const SpeculationStats& stats, uint64_t output_tokens);

// Steps without a draft have length 1.  Which step was the last, and what it had accepted before it
// was cut, follows from the per-step list where there is one; else from the last chunk and the
// tokens cut off; where neither tells, it stays in.  Where steps without a draft and a cut-off last
// step meet, the former are too few by at most the tokens cut off: nothing tells them apart.
//
// nullopt where the statistics don't say how long the steps were, or contradict themselves.
std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered);

// What contradicts itself is left out, down to the drafts' sums.
RequestSteps StepsOfTimings(const TimingsStats& stats);

}  // namespace specctl
