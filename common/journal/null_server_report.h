// NullServerReport: how well a null server kept its own pace.
#pragma once

#include <cstdint>

namespace specctl {

// Of one that an agent ran for its own share of a run; of several, in sum, and the worst.
struct NullServerReport {
  uint64_t chunks = 0;           // that it sent
  uint64_t lateness_p99_ns = 0;  // from when a chunk was due to when the kernel had it
  uint64_t blocked = 0;          // chunks that did not fit into a socket's buffer
};

}  // namespace specctl
