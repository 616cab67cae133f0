#include "common/prometheus/bucket_histogram.h"

#include <algorithm>
#include <cmath>

namespace specctl {

bool BucketHistogram::AddAll(const BucketHistogram& other) {
  const auto same_bound = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (!std::equal(cumulative_.begin(), cumulative_.end(), other.cumulative_.begin(),
                  other.cumulative_.end(), same_bound)) {
    return false;
  }
  for (const auto& [upper, growth] : other.cumulative_) cumulative_[upper] += growth;
  return true;
}

bool BucketHistogram::IsWhole() const {
  if (cumulative_.empty() || !std::isinf(cumulative_.rbegin()->first)) return false;
  const auto fewer = [](const auto& below, const auto& above) {
    return above.second < below.second;
  };
  return std::adjacent_find(cumulative_.begin(), cumulative_.end(), fewer) == cumulative_.end();
}

std::optional<BucketQuantile> BucketHistogram::Quantile(double q) const {
  if (!IsWhole() || count() <= 0) return std::nullopt;
  const double rank = q * count();
  BucketQuantile quantile;
  double below = 0;
  for (const auto& [upper, growth] : cumulative_) {
    if (growth >= rank && growth > below) {
      if (std::isinf(upper)) return quantile;
      quantile.high = upper;
      quantile.value =
          quantile.low + (upper - quantile.low) * std::max(rank - below, 0.0) / (growth - below);
      return quantile;
    }
    below = growth;
    quantile.low = std::max(upper, 0.0);
  }
  return quantile;
}

}  // namespace specctl
