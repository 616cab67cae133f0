// Decodes one event of an OpenAI-style stream (chat or completions) or of an engine's own route
// (SGLang's /generate, llama.cpp's /completion), whatever engine sent it.  A response that is no
// stream is such an event, too.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "common/engine/token_accounting.h"

namespace specctl {

// `timings` of an event (llama.cpp): how far the response is.
struct EventTimings {
  uint64_t predicted_n = 0;  // tokens so far, those without an event of their own included
  double predicted_ms = 0;   // since the first token; the same on all events of a step
  uint64_t draft_n = 0, draft_n_accepted = 0;  // so far; 0 where the server says nothing of drafts
};

// What one `data:` payload says.  Views are valid until the next Decode(), and no longer than the
// payload.
struct StreamEvent {
  bool done = false;  // the payload was [DONE], however it is written
  // An error event, also after a 200.  `error_code` is 0 where none is given.
  bool error = false;
  std::string_view error_message;
  int64_t error_code = 0;
  uint32_t choices = 0;              // number of choices in the event; we ask for one
  uint32_t other_choices = 0;        // of them with an index above 0: passed over, but counted here
  bool role_only = false;            // the chunk that opens a chat response: no token
  std::string_view text;             // answer text of choice 0, unescaped; may be empty
  bool text_so_far = false;          // `text` and ids are of all so far, not of what came since
  std::string_view reasoning;        // reasoning or reasoning_content, unescaped
  std::string_view reasoning_field;  // which of them; valid for ever
  bool tool_call = false;            // carries a piece of a tool call
  // Text in any other field of the delta, such as `refusal`; the second where a field's name says
  // that it is reasoning.
  bool other_output = false, other_reasoning = false;
  std::string_view finish_reason;  // of choice 0; empty: none yet
  std::string_view id;
  std::optional<uint64_t> completion_tokens;  // usage.completion_tokens, cumulative
  std::optional<uint64_t> prompt_tokens, cached_tokens, reasoning_tokens;
  std::optional<uint32_t> token_ids;  // length of choices[0].token_ids
  std::string_view token_ids_json;    // the list, or an own route's; empty: no ids are told
  std::optional<uint32_t> logprob_tokens;
  std::optional<EventTimings> timings;
  // choices[0].avg_decoded_tokens_per_iter (TensorRT-LLM): tokens so far / iterations so far, the
  // prompt's among both.
  std::optional<double> tokens_per_iteration;
  // What was passed over though it was known, or should be: fields of a wrong type, bytes that are
  // not UTF-8, an event that is no JSON object.  `passed_over_first` names the first; valid for
  // ever.
  uint32_t passed_over = 0;
  const char* passed_over_first = nullptr;
  // The payload, where it is nothing that a stream holds: what it says may be why it ends so.
  std::string_view remark;
};

// Appends the ids of such a list; what is no id ends it.
void AppendTokenIds(std::string_view token_ids_json, std::vector<uint32_t>& ids);

// Semantic, by simdjson on demand: key order, spacing, nulls, escapes and unknown fields don't
// matter.  Whatever a delta holds, at any depth down to kDeltaDepthMax, is output where it is a
// text that is not empty, but for the texts that name something: role, type, id, index, format,
// signature.  `content` may be an array of parts, whose `text`s are the answer's text then. `error`
// that is null, false, 0, "", {} or [], or holds only such, is none.  One instance a reactor;
// nothing is allocated in the steady state.  Not thread-safe.
class StreamDecoder {
 public:
  static constexpr int kDeltaDepthMax = 8;
  StreamDecoder();
  ~StreamDecoder();
  StreamDecoder(const StreamDecoder&) = delete;

  // `payload` must be followed by SseParser::kPadding readable bytes.
  // INVALID_ARGUMENT  begins as a JSON object and is none: a part of the answer is lost.  The text
  //                   shows the payload's beginning
  absl::Status Decode(std::string_view payload, StreamEvent& event);

  // What the last event said of the response's speculative steps, if it did: see
  // ParseSpeculation().  Parsed on demand, once a request: allocates.
  std::optional<SpeculationStats> TakeSpeculation();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace specctl
