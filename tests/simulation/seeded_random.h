// SeededRandom: a stream of chances that a seed decides.
#pragma once

#include <cmath>
#include <cstdint>

#include "common/base/clock.h"
#include "common/base/counter_random.h"

namespace specctl::simulation {

// Each subject draws from a stream of its own, so that one more draw of one subject leaves the
// others' as they were.
enum class Stream : uint64_t { kScenario = 1, kFaults, kNetwork, kController, kAgent, kLoad };

class SeededRandom {
 public:
  SeededRandom(uint64_t seed, Stream stream, uint64_t index = 0)
      : random_(seed, static_cast<uint64_t>(stream) << 56 ^ SplitMix64(index)) {}

  uint64_t Next() { return random_.Next(); }
  uint64_t Below(uint64_t end) { return random_.Below(end); }
  double Share() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }  // in [0, 1)
  bool Chance(double probability) { return Share() < probability; }
  Nanos Between(Nanos low, Nanos high) {
    return low + Nanos(static_cast<int64_t>(Share() * static_cast<double>((high - low).count())));
  }
  // Most are near `low`; spread evenly over the orders of magnitude.  0 < low.
  Nanos Skewed(Nanos low, Nanos high) {
    const double factor = static_cast<double>(high.count()) / static_cast<double>(low.count());
    const double drawn = static_cast<double>(low.count()) * std::pow(factor, Share());
    return Nanos(static_cast<int64_t>(drawn));
  }

 private:
  CounterRandom random_;
};

}  // namespace specctl::simulation
