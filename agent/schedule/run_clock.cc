#include "agent/schedule/run_clock.h"

#include <cassert>

namespace specctl::agent {

MonoTime RunClock::SlotBegin(uint64_t global_slot) const {
  assert(global_slot < load_.bs);
  const auto slot = static_cast<int64_t>(global_slot);
  // Split, so that the product can't overflow.
  return t0_ + load_.ramp / load_.bs * slot + load_.ramp % load_.bs * slot / load_.bs;
}

std::optional<MonoTime> RunClock::Limit() const {
  if (!load_.duration) return std::nullopt;
  return t0_ + load_.ramp + load_.warmup + *load_.duration;
}

}  // namespace specctl::agent
