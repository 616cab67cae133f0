#include "common/dataset/row_ambiguity.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/dataset/big_integers.h"
#include "common/dataset/row_fields.h"
#include "common/dataset/row_turns.h"

namespace specctl {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

absl::Status CheckInside(element value);

// `known_only`: of the row itself, whose other keys are the user's own.
absl::Status CheckObject(object fields, bool known_only) {
  std::vector<std::pair<std::string_view, element>> sorted;
  for (const auto& [key, value] : fields) {
    // A column that is not read can't be ambiguous.
    if (known_only && !IsRowField(key) && !IsTurnsField(key)) continue;
    if (absl::Status inside = CheckInside(value); !inside.ok()) return inside;
    sorted.emplace_back(key, value);
  }
  // Parsers disagree on which of two equal keys counts; neighbours after sorting show them.
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].first != sorted[i - 1].first) continue;
    // The same value twice is sloppy, but says only one thing.
    if (JsonOf(sorted[i].second) == JsonOf(sorted[i - 1].second)) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "the key \"%s\" appears twice, with different values", std::string(sorted[i].first)));
  }
  return absl::OkStatus();
}

absl::Status CheckInside(element value) {
  object fields;
  if (value.get(fields) == SUCCESS) return CheckObject(fields, false);
  array list;
  if (value.get(list) != SUCCESS) return absl::OkStatus();
  for (const element item : list) {
    if (absl::Status inside = CheckInside(item); !inside.ok()) return inside;
  }
  return absl::OkStatus();
}

bool HoldsAnything(element value) {
  std::string_view text;
  array list;
  if (value.get(text) == SUCCESS) return !text.empty();
  if (value.get(list) == SUCCESS) return list.begin() != list.end();
  return !value.is_null();
}

// The first text of a user in a field of turns; empty: it can't be told.
std::string_view FirstText(element value) {
  std::string_view text;
  if (value.get(text) == SUCCESS) return text;
  object turn;
  if (value.get(turn) == SUCCESS) {
    // Of OpenAI, AIPerf and ShareGPT.
    for (const char* key : {"content", "text", "value"}) {
      if (turn.at_key(key).get(text) == SUCCESS) return text;
    }
    return "";
  }
  array list;
  if (value.get(list) != SUCCESS) return "";
  for (const element item : list) {
    std::string_view role;
    object said;
    const bool has_role = item.get(said) == SUCCESS && (said.at_key("role").get(role) == SUCCESS ||
                                                        said.at_key("from").get(role) == SUCCESS);
    // A system message first is no difference of texts: the other field may not have it.
    if (!has_role || role == "user" || role == "human") return FirstText(item);
  }
  return "";
}

}  // namespace

absl::Status CheckKeys(object row) { return CheckObject(row, true); }

absl::Status CheckOneText(object row) {
  std::string_view first_key;
  std::string_view first_text;
  for (const auto& [key, value] : row) {
    // An export with a column for each form leaves the others empty or null.
    if (!IsTurnsField(key) || !HoldsAnything(value)) continue;
    const std::string_view text = FirstText(value);
    if (!first_key.empty() && key != first_key && text != first_text) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the row has both \"%s\" and \"%s\", and they differ; remove one, or "
                          "choose which is sent with --dataset-format",
                          std::string(first_key), std::string(key)));
    }
    first_key = key;
    first_text = text;
  }
  return absl::OkStatus();
}

}  // namespace specctl
