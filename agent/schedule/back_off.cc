#include "agent/schedule/back_off.h"

#include <algorithm>

namespace specctl::agent {
namespace {

// SplitMix64's output function: spreads neighbouring slots over the whole range.
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

Nanos BackOff::OnFailure() {
  ++failures_;
  Nanos whole = kFirst;
  for (uint32_t k = 1; k < failures_ && whole < kMax; ++k) whole *= 2;
  whole = std::min(whole, kMax);
  const uint64_t draw = Mix(slot_ * 0x100000001b3 + failures_);
  const auto half = static_cast<uint64_t>((whole / 2).count());
  return whole / 2 + Nanos(static_cast<int64_t>(draw % (half + 1)));
}

}  // namespace specctl::agent
