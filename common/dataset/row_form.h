// The forms that a dataset's rows come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace specctl {

enum class RowForm {
  kSpeedBenchMessages,  // {"messages": [{"role": "user", ..}, ..]}: each message is a turn
  kTurns,               // {"turns": ["..", ..]} or {"turns": ".."}; MT-Bench and Spec-Bench too
  kPrompt,              // {"prompt": ".."}, {"prompt": ["turn", ..]} or {"text": ".."}
  kOpenAiMessages,      // {"messages": [system, user, assistant, tool ..]}: one request
  kShareGpt,            // {"conversations": [{"from": "human", "value": ".."}, ..]}
  kTokenPieces,         // {"token_pieces": [[1, 2, ..], ..]}: what `dataset tokenize` writes
};

// speed_bench_messages, turns, prompt, openai_messages, sharegpt, token_pieces.
std::string_view NameOf(RowForm form);

// `name` is the value of --dataset-format.  nullopt for "auto" and "": the first row decides.
// AIPerf's names single_turn (prompt) and multi_turn (turns) are known too.
// INVALID_ARGUMENT  another name; the text lists all, and names no flag
absl::StatusOr<std::optional<RowForm>> ParseRowForm(std::string_view name);

}  // namespace specctl
