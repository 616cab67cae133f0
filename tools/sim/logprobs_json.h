// Logprobs of tokens, as engines write them beside a text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tools/sim/engine_kind.h"

namespace specctl::sim {

// Tokens of one event; as many texts as ids.
struct EventTokens {
  std::span<const uint32_t> ids;
  std::span<const std::string_view> texts;
};

// {"content":[..]}, an element for each token: of chats, and of llama.cpp's completions.  Members
// and their order are those of `engine`.
std::string LogprobsOfChat(const EventTokens& tokens, EngineKind engine);

// {"text_offset":[..],"token_logprobs":[..],"tokens":[..],"top_logprobs":[..]}, of completions.
// `text_bytes`: of the text before these tokens.
std::string LogprobsOfCompletion(const EventTokens& tokens, size_t text_bytes);

}  // namespace specctl::sim
