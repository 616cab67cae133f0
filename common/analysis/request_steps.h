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
  // Lengths of the chunks after the first, and of the last of them; nullptr, nullopt: unknown, or
  // the response was one chunk.
  const StepHistogram* after_first = nullptr;
  std::optional<uint32_t> last_chunk_tokens;
};

// `after_first`: lengths of the token-bearing chunks after the first, which is the prompt's step;
// `last_tokens`: of the last of them, which the response's end may have cut.
RequestSteps StepsOfChunks(const StepHistogram& after_first, uint32_t last_tokens);

// From vLLM's statistics, which count the steps that had a draft and the accepted tokens, those cut
// off at the end included.  The steps after the prompt's yielded total - 1 + cut tokens, and each
// its accepted tokens and one more, so there are total - 1 - accepted + cut of them.  The cut, 0 ..
// draft length, is the one with which the chunks are the steps (then steps = chunks - 1) or, where
// some came merged into others' chunks, with which most chunks are a step: the last chunk and its
// cut have to make a step that there was, the last of the list where there is one.  A last chunk
// that is several steps is taken for the last of the list.  Else the cut is the least that gives
// each draft and each chunk a step.
//
// nullopt where the chunks or the total are unknown.
std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered);

RequestSteps StepsOfTimings(const TimingsStats& stats, uint64_t total_tokens);

}  // namespace specctl
