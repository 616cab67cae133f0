// What must hold of every event that the codec accepts.
#pragma once

#include <cstdlib>
#include <string>

#include "common/journal/event_codec.h"

namespace specctl {

// Encoded and decoded again, `event` is accepted again and has the same bytes; aborts otherwise.
inline void RequireRoundTrip(const Event& event) {
  const std::string bytes = EventToProto(event).SerializeAsString();
  v1::Event read;
  if (!read.ParseFromString(bytes)) std::abort();
  const auto again = EventFromProto(read);
  if (!again.ok() || EventToProto(*again).SerializeAsString() != bytes) std::abort();
}

}  // namespace specctl
