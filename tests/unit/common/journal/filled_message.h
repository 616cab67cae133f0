// A Protocol Buffer with everything in it.
#pragma once

#include <cstdint>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

namespace specctl::testing {

// Sets every field of `message` to a value of its own, so that a field that a codec forgets, or
// mixes up with another, changes the message.
inline void Fill(google::protobuf::Message& message, uint32_t& next) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    ++next;
    const bool repeated = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(repeated ? *reflection->AddMessage(&message, field)
                      : *reflection->MutableMessage(&message, field),
             next);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        repeated ? reflection->AddString(&message, field, "text " + std::to_string(next))
                 : reflection->SetString(&message, field, "text " + std::to_string(next));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection->SetEnumValue(&message, field, field->enum_type()->value_count() - 1);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(&message, field, true);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        repeated ? reflection->AddDouble(&message, field, next + 0.5)
                 : reflection->SetDouble(&message, field, next + 0.5);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        repeated ? reflection->AddUInt32(&message, field, next)
                 : reflection->SetUInt32(&message, field, next);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        repeated ? reflection->AddUInt64(&message, field, next)
                 : reflection->SetUInt64(&message, field, next);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(&message, field, -static_cast<int64_t>(next));
        break;
      default:
        FAIL() << field->full_name() << ": a type this test does not fill";
    }
  }
}

}  // namespace specctl::testing
