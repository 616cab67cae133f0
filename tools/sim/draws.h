// Draws: random numbers that are functions of a counter.
#pragma once

#include <cstdint>

#include "common/base/hash.h"

namespace specctl::sim {

// What a number is drawn for; each purpose has a sequence of its own.
enum class Purpose : uint8_t {
  kToken,
  kAcceptance,
  kNoDraft,
  kMerge,
  kLength,
  kFault,
  kResponseId,
  kTextless,
  kQuirk,
  kQuirkSize
};

// A source of numbers without state: the same (base, purpose, index) always gives the same number,
// so what a request gets does not depend on what else the server does.  Pure; thread-safe.
struct Draws {
  uint64_t base = 0;

  constexpr uint64_t Bits(Purpose purpose, uint64_t index) const {
    return SplitMix64(base ^ SplitMix64((static_cast<uint64_t>(purpose) << 56) ^ index));
  }
  // In [0, 1).
  constexpr double Uniform(Purpose purpose, uint64_t index) const {
    return static_cast<double>(Bits(purpose, index) >> 11) * 0x1p-53;
  }
};

}  // namespace specctl::sim
