// Fields of a row other than its turns; internal to the row decoder (needs simdjson).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <simdjson.h>

namespace specctl {

// "a string", "a number", ...: for error messages.
std::string_view TypeOf(simdjson::dom::element value);

// The row's name, or empty.
std::string QuestionIdOf(simdjson::dom::object row);

// The text of `key`; empty where it is absent or null.  INVALID_ARGUMENT: another type.
std::string DifficultyOf(simdjson::dom::object row);

absl::StatusOr<std::string> OptionalText(simdjson::dom::object row, std::string_view key);

// INVALID_ARGUMENT: not an integer from 1 to 2^31 - 1.
absl::StatusOr<std::optional<uint32_t>> MaxTokensOf(simdjson::dom::object row);

// The row's request fields as a JSON object, or empty: the known sampling and tool fields of the
// OpenAI API and of the engines (temperature, top_p, stop, tools, response_format, ...) that
// stand in the row, and everything in its object `extra` (or `extra_body`), which goes before
// them.  Nulls are left out.
// INVALID_ARGUMENT: `extra` is not an object, or holds what specctl sets itself.
absl::StatusOr<std::string> ExtraJsonOf(simdjson::dom::object row);

// Whether `key` is read by any function of this file.
bool IsRowField(std::string_view key);

}  // namespace specctl
