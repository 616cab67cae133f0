// DrainPolicy: how long the reactor lets ready sockets wait, so that one wake-up serves many.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace specctl::agent {

// The kernel stamps what arrives, so a late read does no harm to a figure as long as the next chunk
// of the same stream has not joined it in the socket.  At a low rate of reads the sockets are
// drained at once; above it every `delay_max`, but never later than a share of the mean interval
// between a stream's chunks.  Pure.
class DrainPolicy {
 public:
  struct Options {
    Nanos delay_max = std::chrono::milliseconds(3);
    double at_once_below_reads_per_s = 5000;
    double interval_share_max = 0.25;
    Nanos rate_memory = std::chrono::milliseconds(100);  // time constant of the measured rate
  };

  DrainPolicy() : DrainPolicy(Options()) {}
  explicit DrainPolicy(Options options) : options_(options) {}

  // A drain at `now` read `reads` times from `streams` open sockets.  Returns how long to wait
  // before the next one; zero: until a socket is ready.  `now` never decreases.
  Nanos AfterDrain(MonoTime now, uint64_t reads, uint64_t streams);
  double reads_per_s() const { return reads_per_s_; }

 private:
  Options options_;
  MonoTime last_{};
  double reads_per_s_ = 0;
};

}  // namespace specctl::agent
