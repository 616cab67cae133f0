// Integers of more digits than 64 bits hold, which simdjson does not read; internal to the row
// decoder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace specctl {

// `json` with each integer that neither int64_t nor uint64_t holds put into an object that stands
// for it, so that the rest can be read.  The functions below see through it; others take it for an
// object, and never for a text.
std::string MarkBigIntegers(std::string_view json);

// The digits of an integer that was marked; nullopt: `value` is something else.
std::optional<std::string_view> BigIntegerOf(simdjson::dom::element value);

// `value` as compact JSON, marked integers as they stood in the file.
std::string JsonOf(simdjson::dom::element value);

}  // namespace specctl
