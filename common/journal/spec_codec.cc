#include "common/journal/spec_codec.h"

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "common/journal/enum_codec.h"
#include "common/workload/run_spec_fields.h"

namespace specctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <class T>
concept SpecEnum = std::is_enum_v<T>;

// The message's field of that name, with what reads and writes it.  The table names only fields
// that the schema has: spec_codec_test sets and reads each.
struct StoredField {
  StoredField(const Message& message, const SpecField& field)
      : reflection(message.GetReflection()),
        descriptor(message.GetDescriptor()->FindFieldByName(std::string(field.stored))) {
    assert(descriptor != nullptr);
  }
  // Of a pair, which is a message of two fields.
  StoredField(const Message& message, int index)
      : reflection(message.GetReflection()), descriptor(message.GetDescriptor()->field(index)) {}

  const google::protobuf::Reflection* reflection;
  const FieldDescriptor* descriptor;
};

void StoreValue(const std::string& value, const StoredField& to, Message* message) {
  to.reflection->SetString(message, to.descriptor, value);
}
void StoreValue(bool value, const StoredField& to, Message* message) {
  to.reflection->SetBool(message, to.descriptor, value);
}
void StoreValue(uint32_t value, const StoredField& to, Message* message) {
  to.reflection->SetUInt32(message, to.descriptor, value);
}
void StoreValue(uint64_t value, const StoredField& to, Message* message) {
  to.reflection->SetUInt64(message, to.descriptor, value);
}
void StoreValue(double value, const StoredField& to, Message* message) {
  to.reflection->SetDouble(message, to.descriptor, value);
}
void StoreValue(Nanos value, const StoredField& to, Message* message) {
  to.reflection->SetInt64(message, to.descriptor, value.count());
}
template <SpecEnum T>
void StoreValue(T value, const StoredField& to, Message* message) {
  // By number: reflection knows no C++ enum, and a stored one is 1 above ours (0: unspecified).
  to.reflection->SetEnumValue(message, to.descriptor, EnumToProto<int>(value));
}
// A closed loop is stored as its number alone.
void StoreValue(const ClosedLoop& loop, const StoredField& to, Message* message) {
  StoreValue(loop.bs, to, message);
}
template <class T>
void StoreValue(const std::optional<T>& value, const StoredField& to, Message* message) {
  // Absent stays absent on the wire.
  if (value) StoreValue(*value, to, message);
}
void StoreValue(const std::vector<std::string>& values, const StoredField& to, Message* message) {
  for (const std::string& value : values) to.reflection->AddString(message, to.descriptor, value);
}
void StoreValue(const std::vector<uint32_t>& values, const StoredField& to, Message* message) {
  for (const uint32_t value : values) to.reflection->AddUInt32(message, to.descriptor, value);
}

template <HasSpecFields T>
void StoreValue(const T& value, const StoredField& to, Message* message);

struct SpecStorer {
  Message* message;

  template <class T>
  void operator()(const SpecField& field, const T& value) const {
    StoreValue(value, StoredField(*message, field), message);
  }
  template <class Members>
  void Group(std::string_view /*key*/, const Members& visit_members) const {
    // Groups are of run.json; the stored message is flat.
    visit_members();
  }
  template <class Variant, class... Fields>
  void OneOf(const Variant& variant, const Fields&... fields) const {
    const auto store = [&]<class T>(const AlternativeField<T>& field) {
      if (const T* value = std::get_if<T>(&variant)) (*this)(field, *value);
    };
    (store(fields), ...);
  }
};

template <HasSpecFields T>
void StoreValue(const T& value, const StoredField& to, Message* message) {
  VisitFields(value, SpecStorer{to.reflection->MutableMessage(message, to.descriptor)});
}
template <HasSpecFields T>
void StoreValue(const std::vector<T>& values, const StoredField& to, Message* message) {
  for (const T& value : values) {
    VisitFields(value, SpecStorer{to.reflection->AddMessage(message, to.descriptor)});
  }
}
template <class T>
void StoreValue(const std::vector<std::pair<std::string, T>>& pairs, const StoredField& to,
                Message* message) {
  for (const auto& [name, value] : pairs) {
    Message* const pair = to.reflection->AddMessage(message, to.descriptor);
    StoreValue(name, StoredField(*pair, 0), pair);
    StoreValue(value, StoredField(*pair, 1), pair);
  }
}

void LoadValue(const StoredField& from, const Message& message, std::string& value) {
  value = from.reflection->GetString(message, from.descriptor);
}
void LoadValue(const StoredField& from, const Message& message, bool& value) {
  value = from.reflection->GetBool(message, from.descriptor);
}
void LoadValue(const StoredField& from, const Message& message, uint32_t& value) {
  value = from.reflection->GetUInt32(message, from.descriptor);
}
void LoadValue(const StoredField& from, const Message& message, uint64_t& value) {
  value = from.reflection->GetUInt64(message, from.descriptor);
}
void LoadValue(const StoredField& from, const Message& message, double& value) {
  value = from.reflection->GetDouble(message, from.descriptor);
}
void LoadValue(const StoredField& from, const Message& message, Nanos& value) {
  value = Nanos(from.reflection->GetInt64(message, from.descriptor));
}
template <SpecEnum T>
void LoadValue(const StoredField& from, const Message& message, T& value) {
  value = EnumFromProto<T>(from.reflection->GetEnumValue(message, from.descriptor));
}
void LoadValue(const StoredField& from, const Message& message, ClosedLoop& loop) {
  LoadValue(from, message, loop.bs);
}
template <class T>
void LoadValue(const StoredField& from, const Message& message, std::optional<T>& value) {
  value.reset();
  if (from.reflection->HasField(message, from.descriptor)) {
    LoadValue(from, message, value.emplace());
  }
}

template <HasSpecFields T>
void LoadValue(const StoredField& from, const Message& message, T& value);

struct SpecLoader {
  const Message& message;

  template <class T>
  void operator()(const SpecField& field, T& value) const {
    LoadValue(StoredField(message, field), message, value);
  }
  template <class Members>
  void Group(std::string_view /*key*/, const Members& visit_members) const {
    visit_members();
  }
  // Without any of the fields the variant stays as it is.
  template <class Variant, class... Fields>
  void OneOf(Variant& variant, const Fields&... fields) const {
    const auto load = [&]<class T>(const AlternativeField<T>& field) {
      const StoredField from(message, field);
      if (!from.reflection->HasField(message, from.descriptor)) return;
      LoadValue(from, message, variant.template emplace<T>());
    };
    (load(fields), ...);
  }
};

template <HasSpecFields T>
void LoadValue(const StoredField& from, const Message& message, T& value) {
  VisitFields(value, SpecLoader{from.reflection->GetMessage(message, from.descriptor)});
}
// Calls load(message, value) for each of a repeated field's messages, to fill a value added for it.
template <class T, class LoadOne>
void LoadEach(const StoredField& from, const Message& message, std::vector<T>& values,
              const LoadOne& load) {
  const int count = from.reflection->FieldSize(message, from.descriptor);
  for (int i = 0; i < count; ++i) {
    load(from.reflection->GetRepeatedMessage(message, from.descriptor, i), values.emplace_back());
  }
}
void LoadValue(const StoredField& from, const Message& message, std::vector<std::string>& values) {
  const int count = from.reflection->FieldSize(message, from.descriptor);
  for (int i = 0; i < count; ++i) {
    values.push_back(from.reflection->GetRepeatedString(message, from.descriptor, i));
  }
}
void LoadValue(const StoredField& from, const Message& message, std::vector<uint32_t>& values) {
  const int count = from.reflection->FieldSize(message, from.descriptor);
  for (int i = 0; i < count; ++i) {
    values.push_back(from.reflection->GetRepeatedUInt32(message, from.descriptor, i));
  }
}
template <HasSpecFields T>
void LoadValue(const StoredField& from, const Message& message, std::vector<T>& values) {
  LoadEach(from, message, values,
           [](const Message& of_value, T& value) { VisitFields(value, SpecLoader{of_value}); });
}
template <class T>
void LoadValue(const StoredField& from, const Message& message,
               std::vector<std::pair<std::string, T>>& values) {
  LoadEach(from, message, values, [](const Message& pair, std::pair<std::string, T>& value) {
    LoadValue(StoredField(pair, 0), pair, value.first);
    LoadValue(StoredField(pair, 1), pair, value.second);
  });
}

}  // namespace

v1::RunSpec SpecToProto(const RunSpec& spec) {
  v1::RunSpec out;
  VisitFields(spec, SpecStorer{&out});
  return out;
}

RunSpec SpecFromProto(const v1::RunSpec& spec) {
  RunSpec out;
  // Journals from before targets had fields of their own list only their URLs.
  for (const std::string& url : spec.target_urls()) out.targets.push_back({.url = url});
  VisitFields(out, SpecLoader{spec});
  return out;
}

}  // namespace specctl
