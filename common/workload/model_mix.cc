#include "common/workload/model_mix.h"

#include "common/base/hash.h"

namespace specctl {

const std::string& ModelAt(ModelShares shares, uint64_t seed, uint64_t order_index) {
  constexpr uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;  // 2^64 / phi
  // Multiples of the golden ratio lie evenly modulo 1, so every stretch of the order has the
  // shares.
  const uint64_t turned = SplitMix64(seed) + order_index * kGoldenRatio;
  double sum = 0;
  for (const auto& [model, share] : shares) sum += share;
  double left = static_cast<double>(turned >> 11) * 0x1p-53 * sum;
  for (const auto& [model, share] : shares) {
    if (left < share) return model;
    left -= share;
  }
  return shares.back().first;
}

}  // namespace specctl
