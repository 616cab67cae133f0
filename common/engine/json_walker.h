// One walk over a JSON object by simdjson on demand, with the rules of event streams: known fields
// are read, null counts as absent, the rest is passed over.  So is a field of a wrong type, which
// is counted: what a server gets wrong in a detail does not undo its answer.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "common/net/sse_parser.h"

namespace specctl {

// Walks one payload after another, without an allocation in the steady state:
//
//   walker.Walk(payload, [&](JsonWalker::Key key, JsonWalker::Value& value) {
//     return key.Is("id\"") ? walker.ReadText(value, "id", id) : simdjson::SUCCESS;
//   });
//
// Key order, spacing and escapes, in keys too, do not matter.  A payload with bytes that are not
// UTF-8, or with bare control characters in its texts, is read with these replaced (U+FFFD, a
// space), and that is counted too.  Not thread-safe.
class JsonWalker {
 public:
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;
  using Error = simdjson::error_code;

  // A key as it stands in the payload: from behind its opening quote on.
  class Key {
   public:
    explicit Key(const char* raw) : raw_(raw) {}
    // `name` with its closing quote.  Reads at most as many bytes, which the padding covers.
    template <size_t n>
    bool Is(const char (&name)[n]) const {
      static_assert(n <= SseParser::kPadding);
      return *raw_ == *name && std::memcmp(raw_, name, n - 1) == 0;
    }

   private:
    const char* raw_;
  };

  // Calls on_field(key, value) for each field of the object that `payload` is; it must be followed
  // by SseParser::kPadding readable bytes.
  // INVALID_ARGUMENT  no JSON object; shows the payload's beginning
  template <class OnField>
  absl::Status Walk(std::string_view payload, OnField on_field);
  // The same for an object within; stops at the first error that on_field returns.
  template <class OnField>
  Error ForEachField(Object object, OnField on_field);

  // What was passed over in the last walk though it was known, and the first of it: the name of a
  // field, or what was wrong with the text; valid for ever.
  uint32_t passed_over() const { return passed_over_; }
  const char* passed_over_first() const { return passed_over_first_; }

  // The token that `value` begins with, and the space behind it; never empty.
  std::string_view Token(Value& value) const;

  // Each reads one value; null leaves `out` as it is, and so does a value of a wrong type, which is
  // passed over.  A number may be written as a text, a count with a fraction of 0.  A text is valid
  // until the next Walk(), and no longer than the payload, or three times as long where that had
  // bytes replaced.
  Error ReadText(Value value, const char* name, std::string_view& out);
  Error ReadCount(Value value, const char* name, std::optional<uint64_t>& out);
  Error ReadNumber(Value value, const char* name, std::optional<double>& out);
  Error ReadLength(Value value, const char* name, std::optional<uint32_t>& out);  // of an array
  // From where the value begins to the first ']': the whole of a list without lists in it.
  std::string_view FlatListText(Value& value) const;
  Error ReadObject(Value value, const char* name, std::optional<Object>& out);
  // Notes that a value is passed over; `name` outlives the walker.  An error only where there is no
  // value at all.
  Error PassOver(const Value& value, const char* name);
  // Whether the value says nothing: null, false, 0, "", and lists and objects of such alone.
  // Reads it.
  Error ReadWhetherEmpty(Value value, bool& empty, int depth = 0);

 private:
  template <class Number>
  Error ReadArithmetic(Value value, const char* name, std::optional<Number>& out);
  bool IsMissing(std::string_view token) const;
  void Note(const char* what);

  static constexpr size_t kKeyBytesMax = 48;  // known keys are shorter

  Error Begin(std::string_view payload);
  Error BeginAgain(std::string_view& payload);
  Error End();
  absl::Status Failure(Error error, std::string_view payload) const;
  Key PlainKey(const char* raw);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  const char* payload_begin_ = nullptr;
  const char* payload_end_ = nullptr;
  bool has_escapes_ = false;  // a backslash anywhere in the payload
  std::string unescaped_;     // texts that had escapes; never grows during a walk
  char key_buffer_[kKeyBytesMax + SseParser::kPadding] = {};
  uint32_t passed_over_ = 0;
  const char* passed_over_first_ = nullptr;
  std::string repaired_;  // the payload, where it was not UTF-8
};

template <class OnField>
absl::Status JsonWalker::Walk(std::string_view payload, OnField on_field) {
  Object root;
  passed_over_ = 0;
  passed_over_first_ = nullptr;
  Error error = Begin(payload);
  if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) {
    error = BeginAgain(payload);
  }
  if (!error) error = document_.get_object().get(root);
  if (!error) error = ForEachField(root, on_field);
  if (!error) error = End();
  return error ? Failure(error, payload) : absl::OkStatus();
}

template <class OnField>
JsonWalker::Error JsonWalker::ForEachField(Object object, OnField on_field) {
  for (auto field : object) {
    if (field.error()) return field.error();
    simdjson::ondemand::field& entry = field.value_unsafe();
    const char* const raw = entry.key().raw();
    const Key key = has_escapes_ ? PlainKey(raw) : Key(raw);
    if (const Error error = on_field(key, entry.value())) return error;
  }
  return simdjson::SUCCESS;
}

}  // namespace specctl
