#include "agent/stream/stamp_clock.h"

#include <algorithm>

namespace specctl::agent {
namespace {

// Slewing (at most 0.05 %) and the error of the readings stay far below this between two drains.
constexpr Nanos kStepMin = std::chrono::microseconds(100);
// A stamp may be this much earlier than the poll that should have found its bytes: it is taken
// before they are queued.  Around a known step the sides must be told apart; else only what is
// plainly impossible is refused, for a host may be paused just then.
constexpr Nanos kQueueingMaxAtStep = std::chrono::milliseconds(5);
constexpr Nanos kQueueingMax = std::chrono::milliseconds(100);

}  // namespace

void StampClock::Refresh(const ClockPair& pair) {
  offset_before_ = first_ ? pair.RealMinusMono() : offset_;
  const MonoTime refreshed_before = first_ ? pair.mono : refreshed_;
  offset_ = pair.RealMinusMono();
  refreshed_ = pair.mono;
  first_ = false;
  // What the clocks may drift apart by themselves grows with the time between the readings.
  const Nanos drift_max = kStepMin + (refreshed_ - refreshed_before) / 1000;
  stepped_ = std::chrono::abs(offset_ - offset_before_) > drift_max;
  if (stepped_) ++steps_;
}

std::optional<MonoTime> StampClock::ToMono(UnixTime stamp, Within within) const {
  const MonoTime low = within.early - (stepped_ ? kQueueingMaxAtStep : kQueueingMax);
  const MonoTime high = within.now + kStepMin;
  const auto fits = [low, high](MonoTime time) { return time >= low && time <= high; };
  const MonoTime after(stamp.time_since_epoch() - offset_);
  // No arrival is later than its read, however wrong the clock readings are.
  if (fits(after)) return std::min(after, within.now);
  const MonoTime before(stamp.time_since_epoch() - offset_before_);
  // Stamped before the step.
  if (stepped_ && fits(before)) return std::min(before, within.now);
  return std::nullopt;
}

}  // namespace specctl::agent
