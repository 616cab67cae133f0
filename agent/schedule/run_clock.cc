#include "agent/schedule/run_clock.h"

#include <cassert>

namespace specctl::agent {

MonoTime RunClock::SlotBegin(uint64_t global_slot) const {
  const int64_t slots = ExpectationOf(load_.shape).slots;
  const auto slot = static_cast<int64_t>(global_slot);
  assert(slot < slots);
  // Split, so that the product can't overflow.
  return t0_ + load_.ramp / slots * slot + load_.ramp % slots * slot / slots;
}

std::optional<MonoTime> RunClock::Limit() const {
  if (!load_.duration) return std::nullopt;
  return t0_ + load_.ramp + load_.warmup + *load_.duration;
}

}  // namespace specctl::agent
