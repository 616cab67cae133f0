// ReplyWriter: one reply, in the words of one engine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/json_writer.h"
#include "tools/sim/batch_model.h"
#include "tools/sim/reply_parts.h"
#include "tools/sim/spec_metrics.h"

namespace specctl::sim {

struct ReplyIdentity {
  std::string response_id;  // "chatcmpl-..", "cmpl-.."
  std::string model;
  int64_t created_unix_s = 0;
};

// What is handed to the socket at once.
struct ReplyPiece {
  std::string bytes;
  uint32_t tokens = 0;  // of a token-bearing event, else 0
};

// A text that is sent bit by bit.
struct GrowingText {
  std::string all;
  size_t sent = 0;  // of it
  std::string_view unsent() const { return std::string_view(all).substr(sent); }
};

// A reply up to its latest step.
struct ReplyState {
  GrowingText text, reasoning, arguments;  // of the answer; of the tool call
  std::vector<uint32_t> ids;
  std::vector<std::string_view> token_texts;  // of ids; of static lifetime
  std::vector<TokenPart> parts;               // of ids
  size_t ids_sent = 0;                        // of ids
  uint64_t reasoning_tokens = 0;
  uint32_t cached_tokens = 0;    // of the prompt
  bool call_begun = false;       // the tool call has
  bool call_told = false;        // and its name was sent
  bool tells_reasoning = false;  // its usage has reasoning_tokens
  bool finish_apart = false;     // the finish reason is to have an event of its own
  DraftedSteps drafted_steps;
  uint64_t decode_steps = 0;  // after the prompt's, with a draft or without
  StepOutput step;            // the latest
  uint64_t events_sent = 0;   // times that WriteEvents() sent something
  UnixTime begun;             // its request was admitted
  UnixTime first_token;
  UnixTime now;  // of the latest step

  uint64_t tokens() const { return ids.size(); }
  std::span<const uint32_t> unsent_ids() const { return std::span(ids).subspan(ids_sent); }
  std::span<const std::string_view> unsent_token_texts() const {
    return std::span(token_texts).subspan(ids_sent);
  }
  // What is not sent has no text, and is neither answer nor reasoning.
  bool only_marks_unsent() const;
  bool call_unsent() const { return call_begun && (!call_told || !arguments.unsent().empty()); }
  bool finished() const { return step.finish != Finish::kNo; }
};

// Not thread-safe.
class ReplyWriter {
 public:
  virtual ~ReplyWriter() = default;

  // What is sent as soon as the request has been admitted; most servers send nothing then.
  virtual void WriteOpening(const ReplyState&, std::string&) {}
  // An event that has no token, behind what is due before it; a server that sends none, nothing.
  virtual void WriteEmpty(const ReplyState&, std::string&) {}
  // Appends the events of what is not yet sent, and after the last step the end of the stream.
  // false: it sends nothing yet, and what is not yet sent stays so.
  virtual bool WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) = 0;
  // The body of a reply that is not streamed, after its last step.
  virtual std::string WholeBody(const ReplyState& state) const = 0;
};

// What a whole reply of OpenAI's routes begins with: up to the text of its one choice, whose object
// is left open, and with chat its message within.
void BeginWholeReply(bool chat, const ReplyIdentity& identity, std::string_view text,
                     JsonWriter& json);
void WriteNulls(std::initializer_list<std::string_view> keys, JsonWriter& json);

// Leaves out the members of `json` that are null; no text in it may look like one.
std::string WithoutNulls(std::string_view json);

// Ids of a prompt's tokens: the same prompt has the same ids in every request.
std::vector<uint32_t> PromptTokenIds(uint64_t prompt_hash, uint32_t prompt_tokens);

}  // namespace specctl::sim
