// StampClock: kernel receive stamps, which are wall-clock time, on the monotonic clock.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.h"

namespace specctl::agent {

// Refreshed with a reading of both clocks once a drain.  A wall clock that was stepped since the
// drain before leaves stamps of both sides of the step among what is read now; each is taken for
// the side that puts it between the two drains, and for no stamp where neither does.  Pure.
class StampClock {
 public:
  void Refresh(const ClockPair& pair);
  // The stamp on the monotonic clock; nullopt where it can't be told.  `now`: the time of the read.
  std::optional<MonoTime> ToMono(UnixTime stamp, MonoTime now) const;

  Nanos real_minus_mono() const { return offset_; }
  uint64_t steps() const { return steps_; }  // of the wall clock, seen so far

 private:
  bool Fits(MonoTime time, MonoTime now) const;

  bool first_ = true;
  bool stepped_ = false;  // between the last two refreshes
  Nanos offset_{0}, offset_before_{0};
  MonoTime refreshed_before_{}, refreshed_{};
  uint64_t steps_ = 0;
};

}  // namespace specctl::agent
