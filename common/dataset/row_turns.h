// The turns of a row, for each form; internal to the row decoder (needs simdjson).
#pragma once

#include <vector>

#include <absl/status/statusor.h>
#include <simdjson.h>

#include "common/dataset/conversation.h"
#include "common/dataset/row_form.h"

namespace specctl {

using Turns = std::vector<std::vector<Message>>;

// No vocabulary is larger; engines keep ids in 32 bits with a sign.
inline constexpr uint64_t kTokenIdMax = 2'147'483'647;

// The turns of `row`, each of at least one message, no text of a user empty.  No turn at all: the
// row is to be left out (ShareGPT only).
//
// kSpeedBenchMessages, kTurns, kPrompt: a turn holds one user message.
// kOpenAiMessages: one turn.  Assistant messages at the end are the logged answer and are left
// out, unless the row says continue_final_message.  A message that text alone can't carry is kept
// as JSON.
// kShareGpt: what a human says is a turn; the system message opens the first; the replies are
// left out, since the server gives its own.  A row without a human, or with speakers other than
// system, human (user) and gpt (assistant, chatgpt, bard, bing), has no turns.
//
// kTokenPieces: a turn holds one message of token ids.
//
// INVALID_ARGUMENT  the form's field is missing, empty or of the wrong type
absl::StatusOr<Turns> TurnsOf(simdjson::dom::object row, RowForm form);

// Whether `row` has `messages`, all of the role user.
bool HasOnlyUserMessages(simdjson::dom::object row);

// Whether `key` is where TurnsOf finds the turns of a form.
bool IsTurnsField(std::string_view key);

}  // namespace specctl
