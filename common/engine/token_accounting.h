// How a response's tokens and speculative steps are known.
#pragma once

#include <cstdint>
#include <vector>

namespace specctl {

// What the tokens of a response's chunks are counted from, best first.  kTotalsOnly: only the final
// usage is known, not the tokens of each chunk.  kNone: not even that.
enum class TokenSource {
  kUnknown,
  kContinuousUsage,
  kTokenIds,
  kTimings,
  kLogprobs,
  kTotalsOnly,
  kNone
};

// Steps as the engine itself reported them for one request (vLLM's
// --per-request-spec-decode-metrics; vllm/v1/spec_decode/metrics.py).
struct SpeculationStats {
  uint64_t drafts = 0;  // steps that had a draft (num_spec_steps)
  uint64_t drafted_tokens = 0;
  uint64_t accepted_tokens = 0;                // cut-off tokens of the last step included
  uint32_t draft_length = 0;                   // num_spec_tokens; 0: unknown
  std::vector<uint64_t> acceptance_histogram;  // [k]: draft steps with k accepted; may be empty
  // Per step with a draft, in order; empty unless the server is in detailed mode.
  std::vector<uint32_t> per_step_accepted, per_step_drafted;
  bool operator==(const SpeculationStats&) const = default;
};

}  // namespace specctl
