// Conversation: one row of a dataset, in the one form that the rest of the program knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace specctl {

// One message of a request, as the OpenAI API names it.
struct Message {
  std::string role;     // "system", "user", "assistant", "tool"
  std::string content;  // text; empty where `raw_json` holds the message
  // The whole message object where text alone can't carry it (content parts, tool calls, tool
  // results); sent as it stands.  Else empty.
  std::string raw_json = {};
  // The whole prompt as token ids, where the row has these instead of text; for completions alone.
  std::vector<uint32_t> token_ids = {};
};

// A conversation is a list of requests (turns), sent one after another on one slot.  Turn k sends
// everything that went before: the messages of turns 0..k and, between them, the server's own
// replies.  A log row with its own assistant messages is one turn of many messages.
struct Conversation {
  std::string question_id;                  // the row's own, else a hash of its turns; never empty
  std::string category;                     // may be empty
  std::string sub_category;                 // may be empty
  std::string difficulty;                   // easy, medium, hard or the row's own; may be empty
  std::string tier;                         // low_entropy, mixed, high_entropy, or empty
  std::vector<std::vector<Message>> turns;  // at least one turn, each of at least one message
  std::optional<uint32_t> max_tokens;       // the row's own; goes before --osl
  std::string model;                        // what it asks for; empty: the target's model
  std::string extra_json;  // the row's extra request fields: a JSON object, or empty
  uint64_t line = 0;       // 1-based line or row in its file, for error messages
};

}  // namespace specctl
