#include "agent/stream/stamp_clock.h"

#include <cstdlib>

namespace specctl::agent {
namespace {

// Slewing (at most 0.05 %) and the error of the readings stay far below this between two drains.
constexpr Nanos kStepMin = std::chrono::microseconds(100);
// A stamp may be this much earlier than the drain that should have found its bytes: it is taken
// before they are queued on the socket.
constexpr Nanos kQueueingMax = std::chrono::milliseconds(5);

}  // namespace

void StampClock::Refresh(const ClockPair& pair) {
  offset_before_ = first_ ? pair.RealMinusMono() : offset_;
  refreshed_before_ = first_ ? pair.mono : refreshed_;
  offset_ = pair.RealMinusMono();
  refreshed_ = pair.mono;
  first_ = false;
  // What the clocks may drift apart by themselves grows with the time between the readings.
  const Nanos drift_max = kStepMin + (refreshed_ - refreshed_before_) / 1000;
  stepped_ = std::chrono::abs(offset_ - offset_before_) > drift_max;
  if (stepped_) ++steps_;
}

std::optional<MonoTime> StampClock::ToMono(UnixTime stamp, MonoTime now) const {
  const MonoTime after(stamp.time_since_epoch() - offset_);
  if (!stepped_) return after <= now ? after : now;
  if (Fits(after, now)) return after;
  const MonoTime before(stamp.time_since_epoch() - offset_before_);
  if (Fits(before, now)) return before;
  return std::nullopt;
}

bool StampClock::Fits(MonoTime time, MonoTime now) const {
  return time >= refreshed_before_ - kQueueingMax && time <= now;
}

}  // namespace specctl::agent
