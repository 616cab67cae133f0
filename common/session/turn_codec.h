// The turns of a conversation as Protocol Buffers.
#pragma once

#include <vector>

#include <google/protobuf/repeated_field.h>

#include "common/dataset/conversation.h"

namespace specctl {
namespace v1 {
class Turn;
}  // namespace v1

using Turns = std::vector<std::vector<Message>>;

void EncodeTurns(const Turns& turns, google::protobuf::RepeatedPtrField<v1::Turn>& out);
// The texts are moved out of `turns`.
Turns DecodeTurns(google::protobuf::RepeatedPtrField<v1::Turn>& turns);

}  // namespace specctl
