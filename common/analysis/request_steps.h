// The decoding steps of one request: from its chunks, or from what the engine itself says of them.
#pragma once

#include <cstdint>
#include <optional>

#include "common/analysis/step_store.h"
#include "common/engine/token_accounting.h"

namespace specctl {

// What a source is read against: the response as it arrived.
struct DeliveredTokens {
  uint64_t total = 0;   // output tokens of the response
  uint64_t chunks = 0;  // token-bearing
  // Of the last chunk; nullopt: unknown, or the response was one chunk.
  std::optional<uint32_t> last_chunk_tokens;
  bool ended_by_length = false;  // finish reason "length"
};

// `after_first`: lengths of the token-bearing chunks after the first, which is the prompt's step;
// `last_tokens`: of the last of them, which the response's end may have cut.
RequestSteps StepsOfChunks(const StepHistogram& after_first, uint32_t last_tokens);

// From vLLM's statistics, which count the steps that had a draft and the accepted tokens, those cut
// off at the end included.  The steps after the prompt's emitted total - 1 + cut tokens, and each
// one its accepted tokens and one more; so if the chunks are the steps, cut = (chunks - 1) -
// (total - 1 - accepted) lies in 0 .. draft length, and there are chunks - 1 of them.  Else chunks
// were merged, and steps = total - 1 - accepted + cut, where the cut is known for a response that
// max_tokens ended, from its last listed step (accepted + 1 - last chunk's tokens); else it counts
// as 0.  Where the list is there, it has to agree with a cut that the chunks give, too.
//
// nullopt where the chunks and the total are unknown.
std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered);

RequestSteps StepsOfTimings(const TimingsStats& stats, uint64_t total_tokens);

}  // namespace specctl
