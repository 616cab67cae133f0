// Version of the session between agent and controller.
#pragma once

#include <cstdint>

namespace specctl {

// Raised with every change of proto/specctl/v1/session.proto or journal.proto that an older peer
// would misread.  A Hello with another version is refused with both versions named.
inline constexpr uint32_t kSessionProtocolVersion = 6;

}  // namespace specctl
