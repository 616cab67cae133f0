#include "tools/sim/histogram.h"

#include <algorithm>
#include <numeric>

namespace specctl::sim {

void Histogram::Observe(double value, uint64_t times) {
  // Bounds are inclusive (le); beyond the last is the +Inf bucket.
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  in_bucket_[static_cast<size_t>(bucket)] += times;
  count_ += times;
  sum_ += value * static_cast<double>(times);
}

Histogram Histogram::Without(const Histogram& part) const {
  Histogram rest = *this;
  for (size_t i = 0; i < rest.in_bucket_.size(); ++i) rest.in_bucket_[i] -= part.in_bucket_[i];
  rest.count_ -= part.count_;
  rest.sum_ -= part.sum_;
  return rest;
}

uint64_t Histogram::Cumulative(size_t i) const {
  return std::accumulate(in_bucket_.begin(),
                         in_bucket_.begin() + static_cast<std::ptrdiff_t>(i) + 1, uint64_t{0});
}

}  // namespace specctl::sim
