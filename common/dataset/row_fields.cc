#include "common/dataset/row_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/dataset/big_integers.h"

namespace specctl {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;
using Names = std::span<const std::string_view>;

// In this order: the dataset's own id before a generic one.
constexpr std::array<std::string_view, 4> kIdKeys = {"question_id", "prompt_id", "id",
                                                     "session_id"};
constexpr std::array<std::string_view, 4> kTextKeys = {"category", "sub_category", "difficulty",
                                                       "model"};
// Two of OpenAI's API and AIPerf's.
constexpr std::array<std::string_view, 3> kMaxTokensKeys = {"max_tokens", "max_completion_tokens",
                                                            "output_length"};
constexpr double kWholeMax = 1e15;  // below it a double tells each integer
constexpr std::array<std::string_view, 2> kExtraKeys = {"extra", "extra_body"};
// Fields that go to the server as they stand.  Names that users also give to columns of their own
// (user, metadata, priority, grammar, regex) are not here; `extra` takes them.
constexpr std::array<std::string_view, 36> kRequestFields = {"temperature",
                                                             "top_p",
                                                             "top_k",
                                                             "min_p",
                                                             "typical_p",
                                                             "seed",
                                                             "stop",
                                                             "stop_token_ids",
                                                             "bad_words",
                                                             "presence_penalty",
                                                             "frequency_penalty",
                                                             "repetition_penalty",
                                                             "repeat_penalty",
                                                             "logit_bias",
                                                             "min_tokens",
                                                             "ignore_eos",
                                                             "skip_special_tokens",
                                                             "spaces_between_special_tokens",
                                                             "include_stop_str_in_output",
                                                             "truncate_prompt_tokens",
                                                             "tools",
                                                             "tool_choice",
                                                             "parallel_tool_calls",
                                                             "functions",
                                                             "function_call",
                                                             "response_format",
                                                             "structured_outputs",
                                                             "guided_json",
                                                             "guided_regex",
                                                             "guided_choice",
                                                             "guided_grammar",
                                                             "reasoning_effort",
                                                             "include_reasoning",
                                                             "chat_template_kwargs",
                                                             "add_generation_prompt",
                                                             "continue_final_message"};
// Fields that specctl writes itself.
constexpr std::array<std::string_view, 8> kOwnFields = {
    "messages",   "prompt", "stream", "stream_options",
    "max_tokens", "n",      "model",  "max_completion_tokens"};

bool Contains(Names names, std::string_view key) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

using Fields = std::vector<std::pair<std::string, std::string>>;  // key, JSON text

void Set(std::string_view key, element value, Fields& fields) {
  // Exports from tables write null for what the row does not set.
  if (value.is_null()) return;
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == key; });
  std::string json = JsonOf(value);
  if (found == fields.end()) {
    fields.emplace_back(key, std::move(json));
  } else {
    // Later ones override: `extra` is read after the row's own fields.
    found->second = std::move(json);
  }
}

absl::Status AddExtra(std::string_view name, element value, Fields& fields) {
  if (value.is_null()) return absl::OkStatus();
  object extra;
  if (value.get(extra) != simdjson::SUCCESS || BigIntegerOf(value)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: need an object, got %s", std::string(name), std::string(TypeOf(value))));
  }
  for (const auto& [key, field] : extra) {
    if (Contains(kOwnFields, key)) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s: %s is set by specctl itself; a row may give max_tokens and model, but outside %s",
          std::string(name), std::string(key), std::string(name)));
    }
    Set(key, field, fields);
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view TypeOf(element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "a list";
    case element_type::OBJECT:
      return BigIntegerOf(value) ? "a number" : "an object";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "true or false";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

std::string QuestionIdOf(object row) {
  for (const std::string_view key : kIdKeys) {
    element value;
    if (row.at_key(key).get(value) != simdjson::SUCCESS) continue;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
      // An empty id would be shared by all rows: the next key is tried.
      if (!text.empty()) return std::string(text);
    } else if (value.is_number() || BigIntegerOf(value)) {
      return JsonOf(value);
    }
  }
  return "";
}

std::string DifficultyOf(object row) {
  element value;
  if (row.at_key("difficulty").get(value) != simdjson::SUCCESS) return "";
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  // Logs have numbers there; what else it may be slices nothing.
  return value.is_number() ? JsonOf(value) : "";
}

absl::StatusOr<std::string> OptionalText(object row, std::string_view key) {
  element value;
  if (row.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return "";
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need a string, got %s", std::string(key), std::string(TypeOf(value))));
  }
  return std::string(text);
}

absl::StatusOr<std::optional<uint32_t>> MaxTokensOf(object row) {
  for (const std::string_view key : kMaxTokensKeys) {
    element value;
    if (row.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) continue;
    int64_t tokens = 0;
    double whole = 0;  // 16.0 is plain, too
    const bool is_double = value.is_double() && value.get(whole) == simdjson::SUCCESS;
    if (is_double && std::abs(whole) < kWholeMax && std::floor(whole) == whole) {
      tokens = static_cast<int64_t>(whole);
    }
    // Still 0 for what is not a whole double: then it must be an integer.
    const bool is_integer = tokens != 0 || value.get(tokens) == simdjson::SUCCESS;
    // Servers keep it in 32 bits with a sign.
    if (!is_integer || tokens < 1 || tokens > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(absl::StrFormat("%s: need an integer of at least 1, got %s",
                                                        std::string(key),
                                                        JsonOf(value).substr(0, 40)));
    }
    return std::optional(static_cast<uint32_t>(tokens));
  }
  return std::optional<uint32_t>();
}

absl::StatusOr<std::string> ExtraJsonOf(object row) {
  Fields fields;
  for (const auto& [key, value] : row) {
    if (Contains(kRequestFields, key)) Set(key, value, fields);
  }
  for (const std::string_view name : kExtraKeys) {
    element value;
    if (row.at_key(name).get(value) != simdjson::SUCCESS) continue;
    if (absl::Status added = AddExtra(name, value, fields); !added.ok()) return added;
  }
  if (fields.empty()) return "";
  JsonWriter json;
  json.BeginObject();
  for (const auto& [key, value] : fields) {
    json.Key(key);
    // As it stood in the row: a number's digits must not change on the way.
    json.RawValue(value);
  }
  json.EndObject();
  return std::move(json).Take();
}

bool IsRowField(std::string_view key) {
  return Contains(kIdKeys, key) || Contains(kTextKeys, key) || Contains(kMaxTokensKeys, key) ||
         Contains(kExtraKeys, key) || Contains(kRequestFields, key);
}

}  // namespace specctl
