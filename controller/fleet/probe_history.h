// ProbeHistory: what is known of an agent's clock when a run begins.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "common/base/clock.h"
#include "common/session/clock_messages.h"

namespace specctl::controller {

// Of each kInterval the quickest exchange, for kKept: an exchange tells the offset to half its
// delay, so of a burst no other counts (common/timeline/clock_map.h).  So it stays small however
// many runs, with a burst each, a fleet serves.  Pure; `now` never goes back.
class ProbeHistory {
 public:
  static constexpr Nanos kInterval = std::chrono::seconds(10);
  static constexpr Nanos kKept = std::chrono::minutes(10);
  static constexpr size_t kProbesMax = kKept / kInterval + 1;

  void AddProbe(const ClockExchange& exchange, MonoTime now);
  // In the order in which they were made; at most kProbesMax.
  std::vector<ClockExchange> Probes() const;

 private:
  struct Interval {
    MonoTime begun;
    ClockExchange quickest;
  };

  std::deque<Interval> intervals_;
};

}  // namespace specctl::controller
