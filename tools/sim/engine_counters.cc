#include "tools/sim/engine_counters.h"

namespace specctl::sim {

std::span<const double> FirstTokenBounds() {
  // vLLM's buckets, here and below.
  static constexpr double kBounds[] = {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                       0.25,  0.5,   0.75, 1,    2.5,  5,    7.5,  10,
                                       20,    40,    80,   160,  640,  2560};
  return kBounds;
}

std::span<const double> TokenGapBounds() {
  static constexpr double kBounds[] = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5,
                                       0.75, 1,     2.5,  5,     7.5, 10,   20,  40,  80};
  return kBounds;
}

std::span<const double> RequestTimeBounds() {
  static constexpr double kBounds[] = {0.3, 0.5, 0.8, 1,  1.5, 2,   2.5, 5,   10,   15,  20,
                                       30,  40,  50,  60, 120, 240, 480, 960, 1920, 7680};
  return kBounds;
}

std::span<const double> TokenCountBounds() {
  static constexpr double kBounds[] = {1,   2,     5,     10,    20,     50,     100,    200,
                                       500, 1'000, 2'000, 5'000, 10'000, 20'000, 50'000, 100'000};
  return kBounds;
}

std::span<const double> IterationTokensBounds() {
  static constexpr double kBounds[] = {1,   8,    16,   32,   64,   128,  256,
                                       512, 1024, 2048, 4096, 8192, 16384};
  return kBounds;
}

}  // namespace specctl::sim
