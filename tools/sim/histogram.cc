#include "tools/sim/histogram.h"

#include <algorithm>
#include <numeric>

namespace specctl::sim {

void Histogram::Observe(double value) {
  // Bounds are inclusive (le); beyond the last is the +Inf bucket.
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++in_bucket_[static_cast<size_t>(bucket)];
  ++count_;
  sum_ += value;
}

uint64_t Histogram::Cumulative(size_t i) const {
  return std::accumulate(in_bucket_.begin(),
                         in_bucket_.begin() + static_cast<std::ptrdiff_t>(i) + 1, uint64_t{0});
}

}  // namespace specctl::sim
