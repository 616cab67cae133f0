#include "common/dataset/big_integers.h"

#include <charconv>
#include <cstdint>

namespace specctl {
namespace {

// A key that no file has: its first character is U+0000.
constexpr std::string_view kOpen = "{\"\\u0000big integer\":\"";
constexpr std::string_view kClose = "\"}";
constexpr std::string_view kKey("\0big integer", 12);

// Of any number that JSON knows, and of some that it does not: the parser refuses those later.
bool IsNumberChar(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool IsBigInteger(std::string_view number) {
  const std::string_view digits = number.starts_with('-') ? number.substr(1) : number;
  // 0 alone never overflows, and a leading 0 is no JSON.
  const bool integer = !digits.empty() && digits.front() != '0' &&
                       digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!integer) return false;
  const char* const end = number.data() + number.size();
  // simdjson takes int64 and uint64; beyond them it fails with NUMBER_ERROR instead of rounding.
  uint64_t large = 0;
  int64_t negative = 0;
  const auto error = number.starts_with('-') ? std::from_chars(number.data(), end, negative).ec
                                             : std::from_chars(number.data(), end, large).ec;
  return error == std::errc::result_out_of_range;
}

// Bytes of the string that `json` begins with, its quotes included.
size_t StringLength(std::string_view json) {
  for (size_t i = 1; i < json.size(); ++i) {
    if (json[i] == '\\')
      ++i;
    else if (json[i] == '"')
      return i + 1;
  }
  return json.size();
}

}  // namespace

std::string MarkBigIntegers(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    size_t length = 1;
    if (json.front() == '"') {
      // Digits inside a string are text.
      length = StringLength(json);
    } else if (IsNumberChar(json.front())) {
      while (length < json.size() && IsNumberChar(json[length])) ++length;
    }
    const std::string_view token = json.substr(0, length);
    if (IsBigInteger(token)) {
      out.append(kOpen).append(token).append(kClose);
    } else {
      out += token;
    }
    json.remove_prefix(length);
  }
  return out;
}

std::optional<std::string_view> BigIntegerOf(simdjson::dom::element value) {
  std::string_view digits;
  simdjson::dom::object fields;
  if (value.get(fields) != simdjson::SUCCESS) return std::nullopt;
  if (fields.at_key(kKey).get(digits) != simdjson::SUCCESS) return std::nullopt;
  return digits;
}

std::string JsonOf(simdjson::dom::element value) {
  std::string json = simdjson::minify(value);
  for (size_t at = 0; (at = json.find(kOpen, at)) != std::string::npos;) {
    const size_t close = json.find(kClose, at + kOpen.size());
    if (close == std::string::npos) break;
    // From the back: the opening's place stays right.
    json.erase(close, kClose.size());
    json.erase(at, kOpen.size());
  }
  return json;
}

}  // namespace specctl
