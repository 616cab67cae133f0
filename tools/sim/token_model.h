// What the simulated model reads and says: token counts of prompts, text and length of replies.
#pragma once

#include <cstdint>
#include <string_view>

#include "tools/sim/draws.h"

namespace specctl::sim {

inline constexpr uint32_t kEosTokenId = 2;

// Tokens of a prompt whose texts have `text_bytes` bytes together: one for each 4 bytes, and what a
// chat template adds for each of `messages` (0: a plain prompt, which gets one token in front).
uint32_t PromptTokens(uint64_t text_bytes, uint64_t messages);

// Id of the reply's token number `index`, never kEosTokenId.
uint32_t TokenId(const Draws& draws, uint64_t index);

// Text of a token: a blank and a word, plain ASCII without a character that JSON escapes; empty for
// kEosTokenId.
std::string_view TokenText(uint32_t token_id);

// Number of tokens up to and including the end-of-sequence token: geometric with mean
// `eos_mean_tokens` >= 1, at least 1.
uint64_t EosLength(const Draws& draws, double eos_mean_tokens);

}  // namespace specctl::sim
