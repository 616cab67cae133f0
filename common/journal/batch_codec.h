// AgentBatch as bytes: what an agent keeps, sends, and the journal holds, are the same.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/journal/event.h"

namespace specctl {
namespace v1 {
class AgentBatch;
}  // namespace v1

v1::AgentBatch BatchToProto(const AgentBatch& in);
// Requires what CheckEnums() (enum_check.h) has passed.
AgentBatch BatchFromProto(const v1::AgentBatch& in);

// A v1.AgentBatch's bytes.
std::string EncodeBatch(const AgentBatch& batch);

// A batch as it came: its value, and the bytes that it is journalled with.
struct ReceivedBatch {
  AgentBatch batch;
  std::string bytes;
};
// DATA_LOSS where the bytes are no batch, or have an enumeration value that this version doesn't
// know, which is named.
absl::StatusOr<ReceivedBatch> DecodeBatch(std::string bytes);

// The bytes of the v1.Event that holds the batch.
std::string EventOfBatch(std::string_view bytes);

}  // namespace specctl
