// StampClock: kernel receive stamps, which are wall-clock time, on the monotonic clock.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.h"

namespace specctl::agent {

// Refreshed with a reading of both clocks once a drain.  A wall clock that was stepped since the
// drain before leaves stamps of both sides of the step among what is read now; each is taken for
// the side that puts it where its bytes can have arrived, and for no stamp where neither does, as
// after a step within the drain.  Pure.
class StampClock {
 public:
  void Refresh(const ClockPair& pair);
  // When bytes arrived, by the clocks of this host.
  struct Within {
    MonoTime early;  // not there yet
    MonoTime now;    // read
  };
  // The stamp on the monotonic clock, at most `now`; nullopt where it can't be told.
  std::optional<MonoTime> ToMono(UnixTime stamp, Within within) const;

  Nanos real_minus_mono() const { return offset_; }
  uint64_t steps() const { return steps_; }  // of the wall clock, seen so far

 private:
  bool first_ = true;
  bool stepped_ = false;  // between the last two refreshes
  Nanos offset_{0}, offset_before_{0};
  MonoTime refreshed_{};
  uint64_t steps_ = 0;
};

}  // namespace specctl::agent
