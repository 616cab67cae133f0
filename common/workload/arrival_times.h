// ArrivalTimes: when the conversations of an open loop arrive.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/workload/load_shape.h"

namespace specctl {

// The gap before arrival j depends on (seed, j) alone, and each time is the sum of all gaps up to
// it in whole nanoseconds: whoever walks through them gets the same times, on every platform, and
// however many agents share them.  Arrival j is that of position j.  Pure.
//
//   poisson   gaps are independent and exponential: -ln(U) / rate
//   constant  gaps are 1 / rate, rounded so that the times don't drift
class ArrivalTimes {
 public:
  ArrivalTimes(const OpenLoop& loop, uint64_t seed);

  // Time of the next arrival since T0; never decreases.
  Nanos Next();

 private:
  Nanos NextGap() const;

  const uint64_t key_;
  const double period_ns_;  // 1 / rate
  const ArrivalProcess process_;
  uint64_t arrivals_ = 0;
  Nanos time_{0};
};

// A draw of the exponential distribution of mean 1, in units of 2^-40, from 64 random bits.  By
// integers alone: the logarithm of a platform's library may differ in its last bit.
uint64_t StandardExponential(uint64_t bits);

}  // namespace specctl
