// InferenceRequest: what a chat or completion request asks of the simulated engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/sim/request_fields.h"
#include "tools/sim/vllm_words.h"

namespace specctl::sim {

enum class Route { kChat, kCompletions, kNative };  // the last: an engine's own

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
  uint64_t prompt_hash = 0;          // of roles and texts
  uint64_t seed = 0;                 // the request's own; 0 where it has none
  std::string model;                 // asked for; else the server's
  std::string response_id;           // "rid", of SGLang; empty: the server's
  bool return_spec_details = false;  // "return_spec_tokens_details", of SGLang
  bool timings_per_token = false;    // of llama.cpp
  bool return_progress = false;      // of llama.cpp
  bool return_perf_metrics = false;  // of TensorRT-LLM
  bool framed_ids = false;           // of SGLang: all ids in a named event
  bool without_nulls = false;
  bool logprobs = false;        // of each token
  std::string stop;             // the first stop string; empty: none
  bool detokenize = true;       // of TensorRT-LLM's completions; false: ids and no text
  bool has_request_id = false;  // the HTTP request had an X-Request-Id
  std::string category;         // given, else recognised
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

  // Those of vLLM, where they differ from engine to engine.
  const RequestWords* words = &VllmRequestWords();
  bool json_type_needed = true;  // Content-Type
  bool other_models_refused = true;
  bool models_echoed = true;            // a reply has the name that was asked for
  bool sampling_limited = true;         // logit_bias and min_p are refused with drafts
  bool usage_with_options = false;      // stream_options without a word on usage mean usage
  bool continuous_usage_alone = false;  // without include_usage
  bool stream_options_need_stream = true;
  bool zero_tokens_allowed = false;    // max_tokens
  bool tokens_cut_to_context = false;  // what is beyond it is cut, and less than 0 means all
  uint32_t completion_tokens_default = 16;
  std::string_view max_tokens_field = "max_tokens";
  std::span<const std::string_view> fields_known;  // others are refused; empty: they are ignored
  // Reads what only this engine knows; none: nothing.
  void (*read_more)(RequestFields& fields, InferenceRequest& request) = nullptr;
};

// What of the HTTP request matters.
struct RequestBody {
  Route route = Route::kChat;
  std::string_view content_type;
  std::string_view json;
  std::string_view category;  // may be empty; the body's field "category" comes next
};

// Reads and checks a request by the rules of a server; an error has its status and words.  `n` and
// `best_of` other than 1, and several prompts in one request, are refused with 400.  Pure;
// thread-safe.
std::variant<InferenceRequest, ApiError> ReadInferenceRequest(const RequestBody& body,
                                                              const RequestRules& rules);

}  // namespace specctl::sim
