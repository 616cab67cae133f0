// DrainPolicy: how long the reactor lets ready sockets wait, so that one wake-up serves many.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace specctl::agent {

// The kernel stamps what arrives, so a late read does no harm to a figure as long as the next chunk
// of the same stream has not joined it in the socket.  At a low rate of reads the sockets are
// drained at once; above it every `delay_max`, but never later than a share of the mean interval
// between a stream's chunks, nor so late that slots stand idle until a response's end is read.
//
// Where chunks join all the same (a server that sends them in bursts, a network that delivers them
// so), or where a read ends within one, nothing is put off: a stamp tells of a read's last byte
// alone, and what is read at once came as it is read.  So it begins, too.  When that happens again
// soon after it has gone back to putting reads off, it waits twice as long before the next try.
// Pure.
class DrainPolicy {
 public:
  struct Options {
    Nanos delay_max = std::chrono::milliseconds(3);
    double at_once_below_reads_per_s = 500;
    double interval_share_max = 0.25;
    double idle_share_max = 0.002;                       // of a slot's time, on average
    Nanos rate_memory = std::chrono::milliseconds(100);  // time constant of the rate of reads
    Nanos share_memory = std::chrono::seconds(1);        // of what is rarer
    double inexact_share_max = 0.007;                    // of the reads; nothing is put off above
    Nanos at_once_first = std::chrono::seconds(1);       // how long it is then read at once
    Nanos at_once_max = std::chrono::seconds(64);
  };

  DrainPolicy() : DrainPolicy(Options()) {}
  explicit DrainPolicy(Options options) : options_(options) {}

  struct Drained {
    uint64_t reads = 0;
    uint64_t inexact = 0;   // of them, with several chunks, or with a part of a next one
    uint64_t requests = 0;  // sent since the last drain
    uint64_t streams = 0;   // open sockets
  };
  // Returns how long to wait before the next drain; zero: until a socket is ready.  `now` never
  // decreases.
  Nanos AfterDrain(MonoTime now, const Drained& drained);
  double reads_per_s() const { return reads_per_s_; }

 private:
  void Measure(MonoTime now, const Drained& drained);
  bool ReadsAtOnce(MonoTime now);

  Options options_;
  MonoTime last_{};
  double reads_per_s_ = 0;
  double slow_reads_per_s_ = 0, inexact_per_s_ = 0, requests_per_s_ = 0;  // share_memory's
  bool at_once_ = true;
  MonoTime at_once_until_{};  // {}: there was no load yet
  Nanos at_once_for_{0};
};

}  // namespace specctl::agent
