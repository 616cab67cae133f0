// StallWatch: time in which this process itself did nothing.
#pragma once

#include <optional>
#include <utility>

#include "common/base/clock.h"

namespace specctl::controller {

// A loop that turns several times a second was stopped, or waited for its disk, where it has not
// turned for a second.  What others said meanwhile may still wait to be read.  Pure.
class StallWatch {
 public:
  static constexpr Nanos kStallMin = std::chrono::seconds(1);

  // How long the loop has done nothing before this turn; 0 where it turned in time.
  Nanos OnTurn(MonoTime now) {
    const MonoTime last = std::exchange(turned_, now).value_or(now);
    return now - last < kStallMin ? Nanos(0) : now - last;
  }

 private:
  std::optional<MonoTime> turned_;
};

}  // namespace specctl::controller
