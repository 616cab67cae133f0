#include "common/engine/json_walker.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "common/engine/json_string.h"
#include "common/engine/one_line.h"
#include "common/engine/utf8_text.h"

namespace specctl {
namespace {

static_assert(SseParser::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr size_t kFirstCapacity = 16 << 10;
constexpr size_t kShownBytes = 120;               // of a payload, in an error's text
constexpr double kWholeBelow = 9007199254740992;  // 2^53: a double says every count below

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// `token` reaches up to the next token of the payload.
bool IsNull(std::string_view token) { return token.front() == 'n' && TrimEnd(token) == "null"; }

}  // namespace

JsonWalker::Error JsonWalker::Begin(std::string_view payload) {
  unescaped_.clear();
  payload_begin_ = payload.data();
  payload_end_ = payload.data() + payload.size();
  has_escapes_ = std::memchr(payload.data(), '\\', payload.size()) != nullptr;
  // Views into it are in use while more is added, so it must not grow. Unescaping never makes a
  // text longer.
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

// Once more, of what the payload would be as UTF-8.
JsonWalker::Error JsonWalker::BeginAgain(std::string_view& payload) {
  Note("bytes that are not UTF-8, or control characters");
  repaired_.clear();
  AppendAsUtf8(payload, repaired_);
  const size_t bytes = repaired_.size();
  repaired_.append(SseParser::kPadding, '\0');
  payload = std::string_view(repaired_).substr(0, bytes);
  return Begin(payload);
}

void JsonWalker::Note(const char* what) {
  if (passed_over_++ == 0) passed_over_first_ = what;
}

JsonWalker::Error JsonWalker::End() {
  const bool at_end = document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

absl::Status JsonWalker::Failure(Error error, std::string_view payload) const {
  return absl::InvalidArgumentError(absl::StrFormat(
      "not a JSON object (%s): %s", simdjson::error_message(error), OneLine(payload, kShownBytes)));
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

// A payload that ends too early, or is none, has no value where one is due.
bool JsonWalker::IsMissing(std::string_view token) const {
  constexpr std::string_view kNoValue = "}],:";
  return token.data() < payload_begin_ || token.data() >= payload_end_ ||
         kNoValue.find(token.front()) != std::string_view::npos;
}

JsonWalker::Error JsonWalker::PassOver(const Value& value, const char* name) {
  Value seen = value;
  if (IsMissing(Token(seen))) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  Note(name);
  return simdjson::SUCCESS;
}

JsonWalker::Error JsonWalker::ReadWhetherEmpty(Value value, bool& empty, int depth) {
  constexpr int kDepthMax = 8;
  const std::string_view token = TrimEnd(Token(value));
  empty = false;
  if (IsMissing(token)) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  switch (token.front()) {
    case 'n':
    case 'f':
      empty = true;
      return simdjson::SUCCESS;
    case '"':
      empty = token.find_first_not_of(" \"") == std::string_view::npos;
      return simdjson::SUCCESS;
    case '{':
    case '[':
      break;
    default: {
      // `true` is no number, and stays 1.
      double number = 1;
      std::from_chars(token.data(), token.data() + token.size(), number);
      empty = number == 0;
      return simdjson::SUCCESS;
    }
  }
  if (depth == kDepthMax) return simdjson::SUCCESS;
  bool all_empty = true;
  const auto take = [&](Value& inner) {
    bool inner_empty = false;
    const Error error = ReadWhetherEmpty(inner, inner_empty, depth + 1);
    all_empty = all_empty && inner_empty;
    return error;
  };
  if (token.front() == '{') {
    Object object;
    if (const Error error = value.get_object().get(object)) return error;
    if (const Error error = ForEachField(object, [&](Key, Value& inner) { return take(inner); })) {
      return error;
    }
  } else {
    simdjson::ondemand::array array;
    if (const Error error = value.get_array().get(array)) return error;
    for (auto element : array) {
      if (element.error()) return element.error();
      if (const Error error = take(element.value_unsafe())) return error;
    }
  }
  empty = all_empty;
  return simdjson::SUCCESS;
}

JsonWalker::Error JsonWalker::ReadText(Value value, const char* name, std::string_view& out) {
  std::string_view token = Token(value);
  if (token.front() != '"') return IsNull(token) ? simdjson::SUCCESS : PassOver(value, name);
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
  std::string_view token = TrimEnd(Token(value));
  if (IsNull(token)) return simdjson::SUCCESS;
  if (token.front() == '"' && token.size() > 1) token = token.substr(1, token.size() - 2);
  const char* const end = token.data() + token.size();
  Number number = 0;
  if (const auto [stop, error] = std::from_chars(token.data(), end, number);
      error == std::errc() && stop == end && std::isfinite(static_cast<double>(number))) {
    out = number;
    return simdjson::SUCCESS;
  }
  if constexpr (std::is_integral_v<Number>) {  // 5.0 is a count, 5.5 and 1e300 are none
    double exact = 0;
    const auto [stop, error] = std::from_chars(token.data(), end, exact);
    const bool whole = exact >= 0 && exact < kWholeBelow && std::floor(exact) == exact;
    if (error == std::errc() && stop == end && whole) {
      out = static_cast<Number>(exact);
      return simdjson::SUCCESS;
    }
  }
  return PassOver(value, name);
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
    return IsNull(token) ? simdjson::SUCCESS : PassOver(value, name);
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

std::string_view JsonWalker::FlatListText(Value& value) const {
  const char* const begin = Token(value).data();
  const std::string_view rest(begin, static_cast<size_t>(payload_end_ - begin));
  const size_t end = rest.find(']');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end + 1);
}

JsonWalker::Error JsonWalker::ReadObject(Value value, const char* name,
                                         std::optional<Object>& out) {
  const std::string_view token = Token(value);
  if (token.front() != '{') {
    return IsNull(token) ? simdjson::SUCCESS : PassOver(value, name);
  }
  Object object;
  const auto error = value.get_object().get(object);
  if (!error) out = object;
  return error;
}

}  // namespace specctl
