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

// From the engine's statistics, where they don't contradict themselves (statistics_check.h).
// SGLang's count every step.  vLLM's count the steps that had a draft and the accepted tokens,
// those cut off at the end included.  The steps after the prompt's yielded total - 1 + cut tokens,
// and each its accepted tokens and one more, so there are total - 1 - accepted + cut of them.  The
// cut, 0 .. draft length, gives each draft and each chunk a step, and makes the last chunk one that
// there was. Where chunks are the steps that is all; where some were merged, the last chunk is
// taken for
// - the last listed step, or the last few of the list (in detailed mode), unless a step of one
// token
//   without a draft fits the chunks' lengths exactly, merges two by two included;
// - else the step with which the chunks' lengths fit best.
//
// nullopt where the total is unknown, or nothing came and the engine counts no steps.
std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered);

// From TensorRT-LLM's mean of tokens an iteration, the prompt's iteration and its token included.
// It is a 32-bit float, so that the number of iterations, tokens / mean, is off a whole number by
// no more than 1e-7 of itself: exact below five million.  nullopt where it is further off: it is
// then no mean of these tokens.  Drafts are not told, nor what was cut off the last step.
std::optional<RequestSteps> StepsOfMean(double tokens_per_iteration, uint64_t total_tokens);

RequestSteps StepsOfTimings(const TimingsStats& stats, uint64_t total_tokens);

}  // namespace specctl
