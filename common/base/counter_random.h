// CounterRandom: random numbers that are the same on every platform and standard library.
#pragma once

#include <cassert>
#include <cstdint>

#include "common/base/hash.h"

namespace specctl {

// SplitMix64 over a counter.  Streams of one seed are independent of each other: a part of a
// result that has a stream of its own doesn't change when other parts do.  Not for secrets.
class CounterRandom {
 public:
  CounterRandom(uint64_t seed, uint64_t stream) : key_(SplitMix64(SplitMix64(seed) ^ stream)) {}

  uint64_t Next() { return SplitMix64(key_ + counter_++); }
  // In [0, end), end > 0; the bias of at most end / 2^64 doesn't matter here.
  uint64_t Below(uint64_t end) {
    assert(end > 0);
    return Next() % end;
  }

 private:
  const uint64_t key_;
  uint64_t counter_ = 0;
};

}  // namespace specctl
