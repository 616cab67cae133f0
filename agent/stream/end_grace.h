// EndGrace: how long the end of a response's body is awaited once its answer is complete.
#pragma once

#include "common/base/clock.h"

namespace specctl::agent {

// The end is worth a wait, since the connection can then carry another request: servers send it
// with the answer's last event or a moment after it.  Some never do, and a slot must not wait for
// those: the first answer that is left open costs kFirst, and none after it where no body of this
// target has ended yet.  Where bodies end, the wait is long beside what they took, so that a server
// that is busy keeps its connections.  One a target.  Pure.
class EndGrace {
 public:
  static constexpr Nanos kFirst = std::chrono::milliseconds(500);
  static constexpr Nanos kLeast = std::chrono::milliseconds(250);
  static constexpr Nanos kMost = std::chrono::seconds(1);

  // From the answer's last event on.
  Nanos Length() const;
  // A body ended so long after its answer's last event.
  void OnEnded(Nanos behind);
  // The wait was over, and the body had not ended.
  void OnLeftOpen() { any_left_open_ = true; }

 private:
  static constexpr int kTimesLongest = 8;

  bool any_ended_ = false, any_left_open_ = false;
  Nanos longest_{0};
};

}  // namespace specctl::agent
