// SimulatedClock: a host's monotonic and wall clock, of the simulation's time.
#pragma once

#include "common/base/clock.h"
#include "tests/simulation/scenario.h"

namespace specctl::simulation {

// The simulation's time is the controller's monotonic clock.
inline constexpr Nanos kUnixMinusMono = std::chrono::seconds(1'700'000'000);

class SimulatedClock {
 public:
  explicit SimulatedClock(const HostPlan& host)
      : offset_(host.clock_offset), rate_(host.drift_ppm * 1e-6), wall_error_(host.wall_error) {}

  MonoTime Read(MonoTime at) const { return at + offset_ + Drift(at); }
  // The first time at which the clock shows `shown` or later.
  MonoTime WhenShows(MonoTime shown) const {
    MonoTime at = shown - offset_ - Drift(shown - offset_);
    while (Read(at) < shown) at += Nanos(1);
    return at;
  }
  Nanos RealMinusMono() const { return kUnixMinusMono - offset_ + wall_error_; }

 private:
  Nanos Drift(MonoTime at) const {
    return Nanos(static_cast<int64_t>(static_cast<double>(MonoNs(at)) * rate_));
  }

  const Nanos offset_;
  const double rate_;
  const Nanos wall_error_;
};

}  // namespace specctl::simulation
