// What a message looks like on the wire.
#pragma once

#include <string>

#include <absl/strings/escaping.h>

namespace specctl {

// Bytes in hex of a message.  A change of them is a change of the protocol: raise
// kSessionProtocolVersion (common/journal/protocol_version.h).
template <typename Proto>
std::string HexOf(const Proto& message) {
  return absl::BytesToHexString(message.SerializeAsString());
}

}  // namespace specctl
