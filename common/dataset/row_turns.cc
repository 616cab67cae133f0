#include "common/dataset/row_turns.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/dataset/big_integers.h"
#include "common/dataset/row_fields.h"

namespace specctl {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::string_view, 6> kTurnsFields = {
    "messages", "turns", "prompt", "text", "conversations", "token_pieces"};
constexpr std::array<std::string_view, 6> kRoles = {"system",    "developer", "user",
                                                    "assistant", "tool",      "function"};

absl::Status Wrong(std::string_view field, std::string_view need, std::string_view got) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: need %s, got %s", std::string(field),
                                                    std::string(need), std::string(got)));
}

std::string Indexed(std::string_view field, size_t index) {
  return absl::StrFormat("%s[%d]", std::string(field), index);
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

absl::StatusOr<element> Field(object row, std::string_view key) {
  element value;
  if (row.at_key(key).get(value) == SUCCESS) return value;
  return absl::InvalidArgumentError(
      absl::StrFormat("no turns: the row has no key \"%s\"", std::string(key)));
}

absl::StatusOr<array> List(object row, std::string_view key) {
  const absl::StatusOr<element> value = Field(row, key);
  if (!value.ok()) return value.status();
  array list;
  if (value->get(list) != SUCCESS) return Wrong(key, "a list", TypeOf(*value));
  return list;
}

absl::Status AddUserTurn(std::string_view field, std::string_view text, Turns& turns) {
  // Servers answer an empty prompt with an error, or with noise: neither is a measurement.
  if (IsBlank(text)) return Wrong(field, "text", "an empty string");
  turns.push_back({Message{.role = "user", .content = std::string(text), .raw_json = ""}});
  return absl::OkStatus();
}

// A turn is a string, or an object with the text (AIPerf's multi_turn).
absl::Status AddTurn(std::string_view field, element value, Turns& turns) {
  std::string_view text;
  if (value.get(text) == SUCCESS) return AddUserTurn(field, text, turns);
  object turn;
  if (value.get(turn) != SUCCESS) return Wrong(field, "a string", TypeOf(value));
  const bool has_text =
      turn.at_key("text").get(text) == SUCCESS || turn.at_key("content").get(text) == SUCCESS;
  if (!has_text) return Wrong(field, "a string, or an object with \"text\"", "another object");
  return AddUserTurn(field, text, turns);
}

absl::StatusOr<Turns> StringOrList(element value, std::string_view key) {
  Turns turns;
  array list;
  if (value.get(list) != SUCCESS) {
    if (absl::Status added = AddTurn(key, value, turns); !added.ok()) return added;
    return turns;
  }
  for (const element turn : list) {
    absl::Status added = AddTurn(Indexed(key, turns.size()), turn, turns);
    if (!added.ok()) return added;
  }
  if (turns.empty()) return Wrong(key, "at least one turn", "an empty list");
  return turns;
}

absl::StatusOr<Turns> PromptTurns(object row) {
  element value;
  const bool has_prompt = row.at_key("prompt").get(value) == SUCCESS;
  const absl::StatusOr<element> text = Field(row, "text");
  // A null prompt counts only where there is no text, so that the error names the prompt.
  if (has_prompt && !(value.is_null() && text.ok())) return StringOrList(value, "prompt");
  if (text.ok()) return StringOrList(*text, "text");
  return absl::InvalidArgumentError("no turns: the row has no key \"prompt\" or \"text\"");
}

absl::StatusOr<std::string_view> RoleOf(std::string_view field, object message) {
  std::string_view role;
  if (message.at_key("role").get(role) != SUCCESS) {
    return Wrong(field, "an object with \"role\"", "an object without");
  }
  // A misspelt role would fail at the server, once for each request of the run.
  if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
    return Wrong(field, "a role of the OpenAI API", role);
  }
  return role;
}

absl::StatusOr<Turns> UserMessageTurns(object row) {
  const absl::StatusOr<array> messages = List(row, "messages");
  if (!messages.ok()) return messages.status();
  Turns turns;
  for (const element value : *messages) {
    const std::string field = Indexed("messages", turns.size());
    object message;
    if (value.get(message) != SUCCESS) return Wrong(field, "an object", TypeOf(value));
    const absl::StatusOr<std::string_view> role = RoleOf(field, message);
    if (!role.ok()) return role.status();
    if (*role != "user") {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: a prepared SPEED-Bench row holds only user turns, got role %s; for "
                          "logged requests, give --dataset-format openai_messages",
                          field, std::string(*role)));
    }
    std::string_view text;
    if (message.at_key("content").get(text) != SUCCESS) {
      return Wrong(field + ".content", "a string", "none");
    }
    if (absl::Status added = AddUserTurn(field + ".content", text, turns); !added.ok()) {
      return added;
    }
  }
  if (turns.empty()) return Wrong("messages", "at least one turn", "an empty list");
  return turns;
}

// A message with a role and a text alone is kept as such, any other as JSON.
absl::StatusOr<Message> OpenAiMessage(const std::string& field, element value) {
  object message;
  if (value.get(message) != SUCCESS) return Wrong(field, "an object", TypeOf(value));
  const absl::StatusOr<std::string_view> role = RoleOf(field, message);
  if (!role.ok()) return role.status();
  std::string_view text;
  const bool is_text = message.at_key("content").get(text) == SUCCESS;
  // Two fields, role and content: nothing is lost.  Others (name, tool_calls) are sent as they are.
  if (is_text && message.size() == 2) {
    if (*role == "user" && IsBlank(text)) {
      return Wrong(field + ".content", "text", "an empty string");
    }
    return Message{.role = std::string(*role), .content = std::string(text), .raw_json = ""};
  }
  if (*role == "user" && !is_text) {
    array parts;
    const bool has_parts =
        message.at_key("content").get(parts) == SUCCESS && parts.begin() != parts.end();
    if (!has_parts) return Wrong(field + ".content", "a string or a list of parts", "neither");
  }
  return Message{.role = std::string(*role), .content = "", .raw_json = JsonOf(value)};
}

absl::StatusOr<Turns> OpenAiTurn(object row) {
  const absl::StatusOr<array> messages = List(row, "messages");
  if (!messages.ok()) return messages.status();
  std::vector<Message> turn;
  for (const element value : *messages) {
    absl::StatusOr<Message> message = OpenAiMessage(Indexed("messages", turn.size()), value);
    if (!message.ok()) return message.status();
    turn.push_back(*std::move(message));
  }
  bool continues = false;
  if (row.at_key("continue_final_message").get(continues) != SUCCESS) continues = false;
  // The logged answer is not part of what was asked.  With continue_final_message it is.
  while (!continues && !turn.empty() && turn.back().role == "assistant") turn.pop_back();
  if (turn.empty()) return Wrong("messages", "at least one that asks for an answer", "none");
  return Turns{std::move(turn)};
}

enum class Speaker { kHuman, kSystem, kReply, kOther };

Speaker SpeakerOf(std::string_view from) {
  if (from == "human" || from == "user") return Speaker::kHuman;
  if (from == "system") return Speaker::kSystem;
  // As ShareGPT's dumps name the model.
  constexpr std::array<std::string_view, 5> kReplies = {"gpt", "assistant", "chatgpt", "bard",
                                                        "bing"};
  const bool reply = std::find(kReplies.begin(), kReplies.end(), from) != kReplies.end();
  return reply ? Speaker::kReply : Speaker::kOther;
}

absl::StatusOr<Turns> ShareGptTurns(object row) {
  const absl::StatusOr<array> conversations = List(row, "conversations");
  if (!conversations.ok()) return conversations.status();
  Turns turns;
  std::optional<Message> system;
  size_t index = 0;
  for (const element value : *conversations) {
    const std::string field = Indexed("conversations", index++);
    object said;
    if (value.get(said) != SUCCESS) return Wrong(field, "an object", TypeOf(value));
    std::string_view from;
    std::string_view text;
    if (said.at_key("from").get(from) != SUCCESS || said.at_key("value").get(text) != SUCCESS) {
      return Wrong(field, "\"from\" and \"value\", both strings", "another object");
    }
    const Speaker speaker = SpeakerOf(from);
    // A tool's or function's output can't be replayed: the row is skipped and counted.
    if (speaker == Speaker::kOther) return Turns();
    if (speaker == Speaker::kReply || IsBlank(text)) continue;
    if (speaker == Speaker::kSystem) {
      // Put in front at the end: it may also come after the first human turn.
      system = Message{.role = "system", .content = std::string(text), .raw_json = ""};
    } else if (absl::Status added = AddUserTurn(field, text, turns); !added.ok()) {
      return added;
    }
  }
  if (system && !turns.empty()) turns.front().insert(turns.front().begin(), *std::move(system));
  return turns;
}

// A piece is one message of ids; the reply's own ids go between two.
absl::StatusOr<Turns> TokenPieceTurns(object row) {
  const absl::StatusOr<array> pieces = List(row, "token_pieces");
  if (!pieces.ok()) return pieces.status();
  Turns turns;
  for (const element value : *pieces) {
    const std::string field = Indexed("token_pieces", turns.size());
    array ids;
    if (value.get(ids) != SUCCESS) return Wrong(field, "a list of token ids", TypeOf(value));
    Message piece{.role = "user", .content = ""};
    piece.token_ids.reserve(ids.size());
    for (const element id : ids) {
      uint64_t number = 0;
      if (id.get(number) != SUCCESS || number > kTokenIdMax) {
        return Wrong(Indexed(field, piece.token_ids.size()),
                     absl::StrFormat("a token id from 0 to %d", kTokenIdMax), "something else");
      }
      piece.token_ids.push_back(static_cast<uint32_t>(number));
    }
    if (piece.token_ids.empty()) return Wrong(field, "at least one token id", "an empty list");
    turns.push_back({std::move(piece)});
  }
  if (turns.empty()) return Wrong("token_pieces", "at least one piece", "an empty list");
  return turns;
}

}  // namespace

absl::StatusOr<Turns> TurnsOf(object row, RowForm form) {
  switch (form) {
    case RowForm::kSpeedBenchMessages:
      return UserMessageTurns(row);
    case RowForm::kPrompt:
      return PromptTurns(row);
    case RowForm::kOpenAiMessages:
      return OpenAiTurn(row);
    case RowForm::kShareGpt:
      return ShareGptTurns(row);
    case RowForm::kTokenPieces:
      return TokenPieceTurns(row);
    case RowForm::kTurns:
      break;
  }
  const absl::StatusOr<element> turns = Field(row, "turns");
  if (!turns.ok()) return turns.status();
  return StringOrList(*turns, "turns");
}

bool HasOnlyUserMessages(object row) {
  array messages;
  if (row.at_key("messages").get(messages) != SUCCESS) return false;
  return std::all_of(messages.begin(), messages.end(), [](element message) {
    std::string_view role;
    return message.at_key("role").get(role) == SUCCESS && role == "user";
  });
}

bool IsTurnsField(std::string_view key) {
  return std::find(kTurnsFields.begin(), kTurnsFields.end(), key) != kTurnsFields.end();
}

}  // namespace specctl
