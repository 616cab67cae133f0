#include "common/workload/arrival_times.h"

#include <bit>
#include <cmath>

#include "common/base/hash.h"

namespace specctl {
namespace {

// Keeps arrivals apart from everything else that is drawn from a run's seed.
constexpr uint64_t kStream = 0x6172'7269'7661'6c73;  // "arrivals"
constexpr int kFractionBits = 40;
constexpr uint64_t kLn2 = 762'123'384'786;  // ln 2 * 2^40
// Beyond it a sum of two would overflow; no run is as long.
constexpr double kGapNsMax = 4e18;

__extension__ using Wide = unsigned __int128;

}  // namespace

uint64_t StandardExponential(uint64_t bits) {
  // U = bits / 2^64 in (0, 1): with an odd number it is never 0.
  bits |= 1;
  const int leading = std::countl_zero(bits);
  // -log2 U = leading + 1 - log2 m, m in [1, 2): here m * 2^63.
  uint64_t mantissa = bits << leading;
  uint64_t log2_mantissa = 0;
  for (int bit = 0; bit < kFractionBits; ++bit) {
    // log2 m, a bit at a time: m squared is at least 2 where the next bit is 1.
    const Wide square = static_cast<Wide>(mantissa) * mantissa;
    const bool one = (square >> 127) != 0;
    mantissa = static_cast<uint64_t>(square >> (one ? 64 : 63));
    log2_mantissa = log2_mantissa << 1 | (one ? 1 : 0);
  }
  const uint64_t minus_log2 = (static_cast<uint64_t>(leading + 1) << kFractionBits) - log2_mantissa;
  return static_cast<uint64_t>(static_cast<Wide>(minus_log2) * kLn2 >> kFractionBits);
}

ArrivalTimes::ArrivalTimes(const OpenLoop& loop, uint64_t seed)
    : key_(SplitMix64(SplitMix64(seed) ^ kStream)),
      period_ns_(1e9 / loop.rate_per_s),
      process_(loop.process) {}

Nanos ArrivalTimes::Next() {
  time_ += NextGap();
  ++arrivals_;
  return time_;
}

Nanos ArrivalTimes::NextGap() const {
  const auto rounded = [](double ns) { return Nanos(std::llround(std::fmin(ns, kGapNsMax))); };
  if (process_ == ArrivalProcess::kConstant) {
    // From where arrival j belongs, not from the rounded time before it.
    return rounded(static_cast<double>(arrivals_ + 1) * period_ns_) - time_;
  }
  // Exact in a double: at most 46 bits.
  const auto draw = static_cast<double>(StandardExponential(SplitMix64(key_ + arrivals_)));
  return rounded(std::ldexp(draw, -kFractionBits) * period_ns_);
}

}  // namespace specctl
