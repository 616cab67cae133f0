#include "common/base/json_writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "common/base/utf8.h"

namespace specctl {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

void AppendHexEscape(uint8_t code_point, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[code_point >> 4];
  out += kHex[code_point & 15];
}

// Of one byte.  JSON may hold DEL as it is; a terminal that it is shown on may not.
void AppendEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<uint8_t>(c) >= 0x20 && c != '\x7F') {
    out += c;
    return;
  }
  AppendHexEscape(static_cast<uint8_t>(c), out);
}

template <class T>
void AppendNumber(T value, std::string& out) {
  std::array<char, 32> buffer;
  // The shortest text that reads back as the same number: files of equal results are equal bytes.
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  assert(error == std::errc());
  out.append(buffer.data(), end);
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    // Not UTF-8, e.g. from a server's error page: JSON must be.
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      AppendEscaped(text.front(), out);
    } else if (length == 2 && text[0] == '\xC2' && static_cast<uint8_t>(text[1]) < 0xA0) {
      AppendHexEscape(static_cast<uint8_t>(text[1]), out);  // C1 controls, for the same reason
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

std::string FormatDouble(double value) {
  std::string out;
  AppendNumber(value, out);
  return out;
}

void JsonWriter::Open(char bracket) {
  Separate();
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::Close(char bracket) {
  assert(depth_ > 0 && !after_key_);
  --depth_;
  // An empty object or list stays on its line: {}.
  if (!first_) NewLine();
  text_ += bracket;
  first_ = false;
}

void JsonWriter::Key(std::string_view key) {
  assert(!after_key_);
  Separate();
  AppendJsonString(key, text_);
  text_ += style_ == Style::kPretty ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::Separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_) text_ += ',';
  if (depth_ > 0) NewLine();
  first_ = false;
}

void JsonWriter::NewLine() {
  if (style_ == Style::kCompact) return;
  text_ += '\n';
  text_.append(static_cast<size_t>(depth_) * 2, ' ');
}

void JsonWriter::Value(std::string_view value) {
  Separate();
  AppendJsonString(value, text_);
}

void JsonWriter::Value(double value) {
  // Callers leave out what is not finite, or write null: JSON has no word for it.
  assert(std::isfinite(value));
  Separate();
  AppendNumber(value, text_);
}

void JsonWriter::Value(bool value) {
  Separate();
  text_ += value ? "true" : "false";
}

void JsonWriter::Null() {
  Separate();
  text_ += "null";
}

void JsonWriter::RawValue(std::string_view json) {
  Separate();
  text_ += json;
}

void JsonWriter::Integer(int64_t value) {
  Separate();
  AppendNumber(value, text_);
}

void JsonWriter::Integer(uint64_t value) {
  Separate();
  AppendNumber(value, text_);
}

}  // namespace specctl
