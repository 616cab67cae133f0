#include "agent/schedule/back_off.h"

#include <algorithm>

#include "common/base/hash.h"

namespace specctl::agent {
Nanos BackOff::OnFailure() {
  ++failures_;
  Nanos whole = kFirst;
  // Stops at the maximum: 2^failures would overflow.
  for (uint32_t k = 1; k < failures_ && whole < kMax; ++k) whole *= 2;
  whole = std::min(whole, kMax);
  // A hash, not a random number, so that a repeated run waits the same. Without the prime (FNV's),
  // a slot's second failure would draw the same as the next slot's first.
  const uint64_t draw = SplitMix64(slot_ * 0x100000001b3 + failures_);
  const auto half = static_cast<uint64_t>((whole / 2).count());
  return whole / 2 + Nanos(static_cast<int64_t>(draw % (half + 1)));
}

}  // namespace specctl::agent
