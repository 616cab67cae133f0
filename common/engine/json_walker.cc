#include "common/engine/json_walker.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/engine/json_string.h"
#include "common/engine/one_line.h"

namespace specctl {
namespace {

static_assert(SseParser::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr size_t kFirstCapacity = 16 << 10;
constexpr size_t kShownBytes = 120;  // of a payload, in an error's text

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// `token` reaches up to the next token of the payload.
bool IsNull(std::string_view token) { return token.front() == 'n' && TrimEnd(token) == "null"; }

}  // namespace

JsonWalker::Error JsonWalker::Begin(std::string_view payload) {
  wrong_field_ = nullptr;
  unescaped_.clear();
  payload_end_ = payload.data() + payload.size();
  has_escapes_ = std::memchr(payload.data(), '\\', payload.size()) != nullptr;
  if (has_escapes_ && unescaped_.capacity() < payload.size()) {
    unescaped_.reserve(2 * payload.size());
  }
  if (parser_.capacity() < payload.size()) {
    const Error error = parser_.allocate(std::max(2 * payload.size(), kFirstCapacity));
    if (error) return error;
  }
  return parser_.iterate(payload.data(), payload.size(), payload.size() + SseParser::kPadding)
      .get(document_);
}

JsonWalker::Error JsonWalker::End() {
  const bool at_end = document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

absl::Status JsonWalker::Failure(Error error, std::string_view payload) const {
  const std::string shown = OneLine(payload, kShownBytes);
  if (wrong_field_) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s has a wrong type, in: %s", wrong_field_, shown));
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("not a JSON object (%s): %s", simdjson::error_message(error), shown));
}

// A key may be written with escapes as well; such a one is unescaped_ into key_buffer_.
JsonWalker::Key JsonWalker::PlainKey(const char* raw) {
  size_t length = 0;
  bool escaped = false;
  for (; raw[length] != '"'; ++length) {
    if (raw[length] == '\\') {
      escaped = true;
      ++length;
    }
  }
  if (!escaped) return Key(raw);
  std::string text;
  const bool usable = UnescapeJson({raw, length}, text) && text.size() < kKeyBytesMax &&
                      text.find('"') == std::string::npos;
  if (!usable) text.clear();
  text.push_back('"');
  std::memcpy(key_buffer_, text.data(), text.size());
  return Key(key_buffer_);
}

std::string_view JsonWalker::Token(Value& value) const {
  const std::string_view token = value.raw_json_token();
  // A payload that ends too early has its last value beyond its end.
  return token.data() < payload_end_ &&
                 token.size() <= static_cast<size_t>(payload_end_ - token.data())
             ? token
             : "?";
}

JsonWalker::Error JsonWalker::WrongType(const char* name) {
  wrong_field_ = name;
  return simdjson::INCORRECT_TYPE;
}

JsonWalker::Error JsonWalker::ReadText(Value value, const char* name, std::string_view& out) {
  std::string_view token = Token(value);
  if (token.front() != '"') return IsNull(token) ? simdjson::SUCCESS : WrongType(name);
  token = TrimEnd(token);  // now ends with its closing quote: stage 1 saw to that
  out = token.substr(1, token.size() - 2);
  if (!has_escapes_ || !std::memchr(out.data(), '\\', out.size())) return simdjson::SUCCESS;
  const size_t begin = unescaped_.size();
  if (!UnescapeJson(out, unescaped_)) return simdjson::STRING_ERROR;
  out = std::string_view(unescaped_).substr(begin);
  return simdjson::SUCCESS;
}

template <class Number>
JsonWalker::Error JsonWalker::ReadArithmetic(Value value, const char* name,
                                             std::optional<Number>& out) {
  const std::string_view token = Token(value);
  Number number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (error != std::errc()) return IsNull(token) ? simdjson::SUCCESS : WrongType(name);
  for (const char* rest = end; rest != token.data() + token.size(); ++rest) {
    if (!IsSpace(*rest)) return WrongType(name);
  }
  if (!std::isfinite(static_cast<double>(number))) return WrongType(name);  // "nan" is no JSON
  out = number;
  return simdjson::SUCCESS;
}

JsonWalker::Error JsonWalker::ReadCount(Value value, const char* name,
                                        std::optional<uint64_t>& out) {
  return ReadArithmetic(value, name, out);
}

JsonWalker::Error JsonWalker::ReadNumber(Value value, const char* name,
                                         std::optional<double>& out) {
  return ReadArithmetic(value, name, out);
}

JsonWalker::Error JsonWalker::ReadLength(Value value, const char* name,
                                         std::optional<uint32_t>& out) {
  const std::string_view token = Token(value);
  if (token.front() != '[') {
    return IsNull(token) ? simdjson::SUCCESS : WrongType(name);
  }
  simdjson::ondemand::array array;
  if (const auto error = value.get_array().get(array)) return error;
  uint32_t length = 0;
  for (auto element : array) {
    if (element.error()) return element.error();
    ++length;
  }
  out = length;
  return simdjson::SUCCESS;
}

JsonWalker::Error JsonWalker::ReadObject(Value value, const char* name,
                                         std::optional<Object>& out) {
  const std::string_view token = Token(value);
  if (token.front() != '{') {
    return IsNull(token) ? simdjson::SUCCESS : WrongType(name);
  }
  Object object;
  const auto error = value.get_object().get(object);
  if (!error) out = object;
  return error;
}

}  // namespace specctl
