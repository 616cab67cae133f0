#include "common/analysis/planned_arrivals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/analysis/stages.h"

namespace specctl {
namespace {

constexpr uint64_t kArrivalsWalkedMax = 5'000'000;

}  // namespace

PlannedArrivals::PlannedArrivals(const OpenLoop& loop, uint64_t seed)
    : times_(loop, seed), rate_per_s_(loop.rate_per_s), next_ns_(times_.Next().count()) {}

uint32_t PlannedArrivals::PassSecond() {
  end_ns_ += kSecondNs;
  uint32_t planned = 0;
  for (; next_ns_ < end_ns_ && walked_ < kArrivalsWalkedMax; ++walked_) {
    ++planned;
    next_ns_ = times_.Next().count();
  }
  if (walked_ < kArrivalsWalkedMax) return planned;
  const double by_rate = std::min(rate_per_s_, double{std::numeric_limits<uint32_t>::max()});
  return static_cast<uint32_t>(std::llround(by_rate));
}

}  // namespace specctl
