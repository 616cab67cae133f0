// A streaming JSON writer whose output depends on its calls alone: same calls, same bytes.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace specctl {

// Appends JSON to a string of its own.
//
//   JsonWriter json(JsonWriter::Style::kPretty);
//   json.BeginObject();
//   json.Field("bs", 512);
//   json.ArrayField("tags", tags);
//   json.EndObject();
//   std::string text = std::move(json).Take();
//
// Numbers are written by std::to_chars (shortest form that reads back the same); a double that is
// not finite is a bug of the caller and is asserted.  Strings are escaped, DEL
// and the C1 controls, which a terminal would obey, too; bytes that are not valid UTF-8 are
// replaced by U+FFFD, so that the output is always valid JSON.
// The order and pairing of calls are the caller's duty (asserted).  Not thread-safe.
class JsonWriter {
 public:
  enum class Style { kCompact, kPretty };  // one line, or two-space indentation
  explicit JsonWriter(Style style = Style::kCompact) : style_(style) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);

  void Value(std::string_view value);
  void Value(const char* value) { Value(std::string_view(value)); }
  void Value(double value);
  void Value(bool value);
  void Null();
  template <std::integral T>
  requires(!std::same_as<T, bool>) void Value(T value) {
    if constexpr (std::is_signed_v<T>) {
      Integer(static_cast<int64_t>(value));
    } else {
      Integer(static_cast<uint64_t>(value));
    }
  }
  // Appends `json`, which must be one whole JSON value.
  void RawValue(std::string_view json);

  template <class T>
  void Field(std::string_view key, const T& value) {
    Key(key);
    Value(value);
  }
  // An absent value is an absent key.
  template <class T>
  void Field(std::string_view key, const std::optional<T>& value) {
    if (value) Field(key, *value);
  }
  // An empty text is an absent key.
  void TextField(std::string_view key, std::string_view text) {
    if (!text.empty()) Field(key, text);
  }
  // An array of the values.
  template <class Range>
  void ArrayField(std::string_view key, const Range& values) {
    Key(key);
    BeginArray();
    for (const auto& value : values) Value(value);
    EndArray();
  }
  // An array with an object for each value, whose members `write(value)` writes.
  template <class Range, class Write>
  void ObjectsField(std::string_view key, const Range& values, const Write& write) {
    Key(key);
    BeginArray();
    for (const auto& value : values) {
      BeginObject();
      write(value);
      EndObject();
    }
    EndArray();
  }

  std::string Take() && { return std::move(text_); }
  const std::string& text() const { return text_; }

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();
  void NewLine();
  void Integer(int64_t value);
  void Integer(uint64_t value);

  const Style style_;
  std::string text_;
  int depth_ = 0;
  bool first_ = true;       // nothing written yet at this level
  bool after_key_ = false;  // the next value belongs to the key just written
};

// Appends `text` to `out` as a quoted JSON string, by the rules above.
void AppendJsonString(std::string_view text, std::string& out);

// Shortest decimal form of `value` that reads back as the same double.
std::string FormatDouble(double value);

}  // namespace specctl
