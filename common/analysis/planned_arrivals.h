// PlannedArrivals: how many conversations of an open loop were to arrive, second by second.
#pragma once

#include <cstdint>

#include "common/workload/arrival_times.h"

namespace specctl {

// From the spec alone, whatever the agents did.
class PlannedArrivals {
 public:
  // `loop`: with a rate above 0.
  PlannedArrivals(const OpenLoop& loop, uint64_t seed);

  // Arrivals in the second after those that were passed: [0 s, 1 s) at first.  After five million
  // arrivals the number is by rate: to walk through more would take seconds.
  uint32_t PassSecond();

 private:
  ArrivalTimes times_;
  const double rate_per_s_;
  int64_t next_ns_;     // the first one that was not passed
  int64_t end_ns_ = 0;  // of the seconds that were
  uint64_t walked_ = 0;
};

}  // namespace specctl
