// One walk over a JSON object by simdjson on demand, with the rules of event streams: known fields
// are read, null counts as absent, the rest is passed over.
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
// Key order, spacing and escapes, in keys too, do not matter.  Not thread-safe.
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
  // INVALID_ARGUMENT  no JSON object, or a field of a wrong type; says which, and shows the
  //                   payload's beginning
  template <class OnField>
  absl::Status Walk(std::string_view payload, OnField on_field);
  // The same for an object within; stops at the first error that on_field returns.
  template <class OnField>
  Error ForEachField(Object object, OnField on_field);

  // The token that `value` begins with, and the space behind it; never empty.
  std::string_view Token(Value& value) const;

  // Each reads one value; null leaves `out` as it is.  `name` is for the error's text.  A text is
  // valid until the next Walk(), and no longer than the payload.
  Error ReadText(Value value, const char* name, std::string_view& out);
  Error ReadCount(Value value, const char* name, std::optional<uint64_t>& out);
  Error ReadNumber(Value value, const char* name, std::optional<double>& out);
  Error ReadLength(Value value, const char* name, std::optional<uint32_t>& out);  // of an array
  Error ReadObject(Value value, const char* name, std::optional<Object>& out);
  Error WrongType(const char* name);

 private:
  template <class Number>
  Error ReadArithmetic(Value value, const char* name, std::optional<Number>& out);

  static constexpr size_t kKeyBytesMax = 48;  // known keys are shorter

  Error Begin(std::string_view payload);
  Error End();
  absl::Status Failure(Error error, std::string_view payload) const;
  Key PlainKey(const char* raw);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  const char* payload_end_ = nullptr;
  bool has_escapes_ = false;  // a backslash anywhere in the payload
  std::string unescaped_;     // texts that had escapes; never grows during a walk
  char key_buffer_[kKeyBytesMax + SseParser::kPadding] = {};
  const char* wrong_field_ = nullptr;
};

template <class OnField>
absl::Status JsonWalker::Walk(std::string_view payload, OnField on_field) {
  Object root;
  Error error = Begin(payload);
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
