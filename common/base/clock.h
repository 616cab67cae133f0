// The two clocks of a host and the offset between them.
#pragma once

#include <chrono>
#include <cstdint>

namespace specctl {

using Nanos = std::chrono::nanoseconds;
// This host's CLOCK_MONOTONIC: every latency is a difference of two of these.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, Nanos>;
// Wall clock (CLOCK_REALTIME): kernel receive stamps and times shown to people.
using UnixTime = std::chrono::time_point<std::chrono::system_clock, Nanos>;

// One paired reading of both clocks.
struct ClockPair {
  MonoTime mono;      // midway between the two monotonic readings
  UnixTime real;      // the reading between them
  Nanos uncertainty;  // half the time that the three readings took
  // What to add to a monotonic time to get the wall-clock time.
  Nanos RealMinusMono() const { return real.time_since_epoch() - mono.time_since_epoch(); }
};

// Reads CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_MONOTONIC, and again (at most 8 times) while the
// three are more than 1 us apart; returns the tightest reading.  Thread-safe; never fails.
ClockPair ReadClockPair();

inline MonoTime MonoNow() {
  return std::chrono::time_point_cast<Nanos>(std::chrono::steady_clock::now());
}
inline UnixTime UnixNow() {
  return std::chrono::time_point_cast<Nanos>(std::chrono::system_clock::now());
}

// Nanoseconds of CLOCK_MONOTONIC, as messages carry them.
inline int64_t MonoNs(MonoTime time) { return time.time_since_epoch().count(); }

// Seconds as a double, for printing.
inline double Seconds(Nanos duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace specctl
