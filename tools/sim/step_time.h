// StepTime: how long a pass of a simulated engine takes.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/clock.h"

namespace specctl::sim {

// Of a roofline: a pass reads the weights once, whatever its batch, and computes each of its
// tokens; it takes the longer of the two.  Small batches are memory-bound and verify drafts for
// nothing; large ones are compute-bound, where each draft token costs as much as one that is
// delivered. Without weights and time per token the terms that grow evenly are all there is.
struct StepTimeOptions {
  Nanos base{15'000'000};                 // launches and scheduling
  Nanos per_sequence{20'000};             // x decoding requests
  Nanos weights{0};                       // reading all weights of the target model
  Nanos per_token{0};                     // computing a token: of prompts, and those verified
  Nanos per_kv_ktoken{0};                 // reading 1,000 tokens of the KV cache
  double prefill_tokens_per_s = 100'000;  // prompt tokens besides; 0: at no further time

  // Drafting: as many passes of the drafter as a draft has tokens, one after another.
  Nanos per_draft_token{1'000'000};  // a pass, whatever its batch
  Nanos per_draft_sequence{0};       // a pass, for each decoding request

  // A mixture of experts reads the experts that its tokens are routed to: few tokens few of them,
  // so that it is memory-bound up to larger batches than a dense model.
  uint32_t experts = 0, experts_per_token = 0;  // 0: dense
  double expert_share = 0;                      // of the weights, 0..1

  // Captured graphs: the verified tokens are padded to the next size; above the largest a pass is
  // launched kernel by kernel.  Ascending; empty: none are captured.
  std::vector<uint32_t> graph_tokens;
  Nanos eager{0};  // what launching so adds
};

// What a pass has to do.
struct StepWork {
  uint64_t decoding = 0;        // requests that decode
  uint32_t draft_tokens = 0;    // of each of them
  uint64_t prefill_tokens = 0;  // of all prompts
  uint64_t kv_tokens = 0;       // in the cache, of all requests
};

// base + per_sequence n + max(weights(T), per_token T) + per_kv_ktoken kv / 1000
//   + k (per_draft_token + per_draft_sequence n) + prefill / prefill_tokens_per_s [+ eager]
// with n decoding requests, k draft tokens, T = padded(n (1 + k)) + prefill tokens, and
// weights(T) = weights (1 - s + s (1 - (1 - e/E)^T)) of E experts, e of them a token, share s.
Nanos StepTime(const StepTimeOptions& options, const StepWork& work);

// The part of it in which the drafter works.
Nanos DraftTime(const StepTimeOptions& options, const StepWork& work);

// Tokens that a pass of `tokens` computes, with those of its padding.
uint64_t PaddedTokens(const StepTimeOptions& options, uint64_t tokens);

}  // namespace specctl::sim
