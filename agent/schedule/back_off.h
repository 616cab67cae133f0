// BackOff: how long a slot waits after a failure before it sends again.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace specctl::agent {

// After the k-th failure in a row a slot waits between half of d and d, d = 100 ms * 2^(k-1), at
// most 10 s.  Where in between depends on the slot and k alone, so that the slots that a dead
// server fails together don't come back together, and a run can be repeated.  Pure.
class BackOff {
 public:
  static constexpr Nanos kFirst = std::chrono::milliseconds(100);
  static constexpr Nanos kMax = std::chrono::seconds(10);

  explicit BackOff(uint64_t slot) : slot_(slot) {}

  void OnSuccess() { failures_ = 0; }
  // Counts a failure and returns how long to wait.
  Nanos OnFailure();
  uint32_t failures() const { return failures_; }

 private:
  uint64_t slot_;
  uint32_t failures_ = 0;  // in a row
};

}  // namespace specctl::agent
