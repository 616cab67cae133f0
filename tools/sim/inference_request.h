// InferenceRequest: what a chat or completion request asks of the simulated engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/sim/error_reply.h"

namespace specctl::sim {

enum class Route { kChat, kCompletions };

struct InferenceRequest {
  Route route = Route::kChat;
  bool stream = false;
  bool include_usage = false;
  bool continuous_usage = false;  // only with include_usage
  bool return_token_ids = false;
  bool ignore_eos = false;
  uint32_t max_tokens = 16;
  uint32_t min_tokens = 0;
  uint32_t prompt_tokens = 0;
  uint64_t prompt_hash = 0;  // of roles and texts
  uint64_t seed = 0;         // the request's own; 0 where it has none
  std::string category;      // given, else recognised
  std::vector<uint64_t> prompt_blocks;
  // What only the engine notices, when the head of a stream has been sent.
  std::optional<ApiError> refused_by_engine;
};

// The server's side of the checks.
struct RequestRules {
  std::string model;
  uint32_t context_tokens_max = 131'072;
  bool refuse_continuous_usage = false;
  bool speculative = true;
};

// What of the HTTP request matters.
struct RequestBody {
  Route route = Route::kChat;
  std::string_view content_type;
  std::string_view json;
  std::string_view category;  // may be empty; the body's field "category" comes next
};

// Reads and checks a request as vLLM does: unknown fields are ignored, an error has vLLM's status
// and words.  `n` and `best_of` other than 1, and several prompts in one request, are refused with
// 400; `stop` and `logprobs` have no effect.  Pure; thread-safe.
std::variant<InferenceRequest, ApiError> ReadInferenceRequest(const RequestBody& body,
                                                              const RequestRules& rules);

}  // namespace specctl::sim
