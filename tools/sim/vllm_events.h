// VllmEvents: the events of one streamed reply, byte for byte as vLLM 0.32 writes them.
#pragma once

#include <cstdint>
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
  std::string_view text;  // without characters that JSON escapes
  std::span<const uint32_t> token_ids;
  uint64_t completion_tokens = 0;  // so far, these included
  Finish finish = Finish::kNo;
};

// Each function appends one event, as one HTTP chunk.  Which fields an event has follows from the
// request.  Thread-safe.
class VllmEvents {
 public:
  // Keeps a pointer to `request`, which must outlive it.
  VllmEvents(const InferenceRequest& request, const ReplyIdentity& identity);

  // Chat only: the event that opens the reply and has no token.
  void Role(std::span<const uint32_t> prompt_token_ids, std::string& out) const;
  // `prompt_token_ids`: of a completion's first event, where they were asked for; else empty.
  void Content(const ContentEvent& event, std::span<const uint32_t> prompt_token_ids,
               std::string& out) const;
  // The event without choices; `metrics_json` an object, or empty.
  void Usage(uint64_t completion_tokens, std::string_view metrics_json, std::string& out) const;
  // [DONE] and the last HTTP chunk.
  static void End(std::string& out);

 private:
  void EndChoice(const ContentEvent& event, std::string& json) const;
  void ChatChoice(const ContentEvent& event, std::string& json) const;
  void CompletionChoice(const ContentEvent& event, std::span<const uint32_t> prompt_token_ids,
                        std::string& json) const;
  void AppendUsage(uint64_t completion_tokens, std::string& json) const;

  const InferenceRequest* request_;
  std::string prefix_;  // up to and with `"choices":[`
};

}  // namespace specctl::sim
