// VllmEvents: the events of one streamed reply, byte for byte as vLLM 0.32 writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tools/sim/finish.h"
#include "tools/sim/inference_request.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

inline constexpr std::string_view kVllmVersion = "0.32.0";
inline constexpr std::string_view kSystemFingerprint = "vllm-0.32.0-b5a7eaa5";
inline constexpr std::string_view kDoneEvent = "data: [DONE]\n\n";

// What a token-bearing event tells.
struct ContentEvent {
  std::string_view text, reasoning;  // without characters that JSON escapes
  std::string_view tool_calls_json;  // a list; empty: none
  std::string_view logprobs_json;    // empty: none
  std::span<const uint32_t> token_ids;
  uint64_t completion_tokens = 0;                 // so far, these included
  std::optional<uint64_t> reasoning_tokens = {};  // likewise, where the server parses reasoning
  Finish finish = Finish::kNo;
};

// What the event without choices tells.
struct UsageEvent {
  uint64_t completion_tokens = 0;
  std::optional<uint64_t> reasoning_tokens = {};
  std::string_view prompt_details_json = {};  // an object; empty: not told
  std::string_view metrics_json = {};         // likewise
};

// Each function appends one event, as one HTTP chunk.  Which fields an event has follows from the
// request.  Thread-safe.
class VllmEvents {
 public:
  // Keeps a pointer to `request`, which must outlive it.
  VllmEvents(const InferenceRequest& request, const ReplyIdentity& identity);

  // Chat only: the event that opens the reply and has no token.
  // `tells_reasoning`: its usage has reasoning_tokens.
  void Role(std::span<const uint32_t> prompt_token_ids, bool tells_reasoning,
            std::string& out) const;
  // `prompt_token_ids`: of a completion's first event, where they were asked for; else empty.
  void Content(const ContentEvent& event, std::span<const uint32_t> prompt_token_ids,
               std::string& out) const;
  void Usage(const UsageEvent& event, std::string& out) const;
  // [DONE] and the last HTTP chunk.
  static void End(std::string& out);

 private:
  void EndChoice(const ContentEvent& event, std::string& json) const;
  void ChatChoice(const ContentEvent& event, std::string& json) const;
  void CompletionChoice(const ContentEvent& event, std::span<const uint32_t> prompt_token_ids,
                        std::string& json) const;
  void AppendUsage(uint64_t completion_tokens, std::optional<uint64_t> reasoning_tokens,
                   std::string& json) const;
  void EndEvent(std::string& json, std::string& out) const;

  const InferenceRequest* request_;
  std::string prefix_;  // up to and with `"choices":[`
};

}  // namespace specctl::sim
