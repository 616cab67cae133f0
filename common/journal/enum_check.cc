#include "common/journal/enum_check.h"

#include <string>
#include <unordered_map>
#include <vector>

#include <absl/strings/str_format.h>
#include <google/protobuf/descriptor.h>

namespace specctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The fields of a type that are enumerations or may hold one.
struct Walk {
  std::vector<const FieldDescriptor*> enums;
  std::vector<const FieldDescriptor*> messages;
};

// A walk for each type met by this thread; a few dozen at most, for there are no more types.
class Walks {
 public:
  // Valid as long as this is.
  const Walk& Of(const Descriptor* type) {
    const auto [found, added] = by_type_.try_emplace(type);
    Walk& walk = found->second;
    if (!added) return walk;
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) walk.enums.push_back(field);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      // References into an unordered_map stay valid when it grows; no type of ours holds itself.
      const Walk& inner = Of(field->message_type());
      if (!inner.enums.empty() || !inner.messages.empty()) walk.messages.push_back(field);
    }
    return walk;
  }

 private:
  std::unordered_map<const Descriptor*, Walk> by_type_;
};

absl::Status CheckValue(const FieldDescriptor* field, int value) {
  if (field->enum_type()->FindValueByNumber(value) != nullptr) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("%s: got %d, which this version does not know; a newer specctl wrote it",
                      field->name(), value));
}

// Puts the place of the message in front: "finished[3]" + "." + "outcome: ...".
absl::Status Within(const std::string& place, const absl::Status& status) {
  return absl::DataLossError(absl::StrFormat("%s.%s", place, std::string(status.message())));
}

absl::Status CheckMessage(const Message& message, Walks& walks);

absl::Status CheckEnumField(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (!field->is_repeated()) return CheckValue(field, reflection->GetEnumValue(message, field));
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    absl::Status known = CheckValue(field, reflection->GetRepeatedEnumValue(message, field, i));
    if (!known.ok()) return known;
  }
  return absl::OkStatus();
}

absl::Status CheckMessageField(const Message& message, const FieldDescriptor* field, Walks& walks) {
  const Reflection* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    // The default instance would be walked for nothing.
    if (!reflection->HasField(message, field)) return absl::OkStatus();
    const absl::Status known = CheckMessage(reflection->GetMessage(message, field), walks);
    return known.ok() ? known : Within(field->name(), known);
  }
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const absl::Status known =
        CheckMessage(reflection->GetRepeatedMessage(message, field, i), walks);
    if (!known.ok()) return Within(absl::StrFormat("%s[%d]", field->name(), i), known);
  }
  return absl::OkStatus();
}

absl::Status CheckMessage(const Message& message, Walks& walks) {
  const Walk& walk = walks.Of(message.GetDescriptor());
  for (const FieldDescriptor* field : walk.enums) {
    if (absl::Status known = CheckEnumField(message, field); !known.ok()) return known;
  }
  for (const FieldDescriptor* field : walk.messages) {
    if (absl::Status known = CheckMessageField(message, field, walks); !known.ok()) return known;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEnums(const Message& message) {
  // Without a lock; batches are checked all the time, and descriptors never change.
  thread_local Walks walks;
  return CheckMessage(message, walks);
}

}  // namespace specctl
