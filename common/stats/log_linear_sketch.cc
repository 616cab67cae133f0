#include "common/stats/log_linear_sketch.h"

#include <algorithm>
#include <cmath>

#include "common/stats/octave_buckets.h"
#include "common/stats/quantiles.h"

namespace specctl {
namespace {

using Buckets = OctaveBuckets<10>;  // of nanoseconds
// A microsecond to a day: what lies outside is counted at the end, and exact in min and max.
constexpr int64_t kLowestNs = 1'000;
constexpr int64_t kHighestNs = 24 * 3'600 * int64_t{1'000'000'000};
constexpr uint32_t kGrain = 256;  // memory grows by a quarter of an octave

constexpr uint32_t BucketOf(Nanos value) {
  return Buckets::Of(static_cast<uint64_t>(std::clamp(value.count(), kLowestNs, kHighestNs)));
}

constexpr Nanos MiddleOf(uint32_t bucket) {
  return Nanos(static_cast<int64_t>(Buckets::Lowest(bucket) + Buckets::Width(bucket) / 2));
}

// Modulo 2^128, as all sums of squares here.
absl::uint128 Squared(Nanos value) {
  const auto wide = static_cast<absl::uint128>(absl::int128(value.count()));
  return wide * wide;
}

}  // namespace

void SketchValues::AddValue(Nanos value) {
  // Empty: whatever min_ was before.
  min_ = buckets_.empty() ? value : std::min(min_, value);
  max_ = buckets_.empty() ? value : std::max(max_, value);
  sum_ns_ += absl::int128(value.count());
  squares_ns2_ += Squared(value);
  buckets_.push_back(BucketOf(value));
}

void LogLinearSketch::AddValue(Nanos value, uint64_t count) {
  if (count == 0) return;
  const uint32_t bucket = BucketOf(value);
  // Below first_bucket_ the difference wraps and is out of range, too.
  if (bucket - first_bucket_ >= buckets_.size()) Widen(bucket, bucket);
  buckets_[bucket - first_bucket_] += count;
  Count({count, absl::int128(value.count()) * absl::int128(count), Squared(value) * count, value,
         value});
}

void LogLinearSketch::AddValues(const SketchValues& values) {
  if (values.size() == 0) return;
  Widen(BucketOf(values.min_), BucketOf(values.max_));
  for (const uint32_t bucket : values.buckets_) ++buckets_[bucket - first_bucket_];
  Count({values.size(), values.sum_ns_, values.squares_ns2_, values.min_, values.max_});
}

void LogLinearSketch::Merge(const LogLinearSketch& other) {
  if (other.count_ == 0) return;
  const uint32_t low = BucketOf(other.min_), high = BucketOf(other.max_);
  Widen(low, high);
  for (uint32_t bucket = low; bucket <= high; ++bucket) {
    buckets_[bucket - first_bucket_] += other.buckets_[bucket - other.first_bucket_];
  }
  Count({other.count_, other.sum_ns_, other.squares_ns2_, other.min_, other.max_});
}

void LogLinearSketch::Clear() {
  // The memory stays, for the next values.
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  sum_ns_ = 0;
  squares_ns2_ = 0;
  min_ = max_ = Nanos(0);
}

std::optional<Nanos> LogLinearSketch::min() const {
  return count_ == 0 ? std::nullopt : std::optional(min_);
}

std::optional<Nanos> LogLinearSketch::max() const {
  return count_ == 0 ? std::nullopt : std::optional(max_);
}

std::optional<double> LogLinearSketch::mean_ns() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(sum_ns_) / static_cast<double>(count_);
}

// From the squared distances to the mean's whole part, which are small: the sum of squares less
// that of the mean would lose every digit where values lie close together.
std::optional<double> LogLinearSketch::stddev_ns() const {
  if (count_ == 0) return std::nullopt;
  const absl::int128 count(count_);
  const absl::int128 mean = sum_ns_ / count, rest = sum_ns_ % count;
  // sum (v - m)^2 = sum v^2 - m (2 sum v - n m) = sum v^2 - m (sum v + rest)
  const absl::uint128 distances =
      squares_ns2_ - static_cast<absl::uint128>(mean) * static_cast<absl::uint128>(sum_ns_ + rest);
  const auto n = static_cast<double>(count_);
  const double off = static_cast<double>(rest) / n;
  return std::sqrt(std::max(0.0, static_cast<double>(distances) / n - off * off));
}

std::optional<Nanos> LogLinearSketch::Quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const uint64_t rank = NearestRank(q, count_);
  uint32_t bucket = BucketOf(min_);
  uint64_t seen = buckets_[bucket - first_bucket_];
  while (seen < rank) seen += buckets_[++bucket - first_bucket_];
  // A bucket's middle may lie outside the values that are in it.
  return std::clamp(MiddleOf(bucket), min_, max_);
}

// Makes room for buckets `low` to `high`, and no more than that to the grain: a vector growing by
// itself would double.
void LogLinearSketch::Widen(uint32_t low, uint32_t high) {
  const auto size = static_cast<uint32_t>(buckets_.size());
  if (size > 0) {
    if (low >= first_bucket_ && high < first_bucket_ + size) return;
    low = std::min(low, first_bucket_);
    high = std::max(high, first_bucket_ + size - 1);
  }
  low = low / kGrain * kGrain;
  high = high / kGrain * kGrain + kGrain - 1;
  std::vector<uint64_t> wider(high - low + 1);
  std::copy(buckets_.begin(), buckets_.end(), wider.begin() + (first_bucket_ - low));
  buckets_ = std::move(wider);
  first_bucket_ = low;
}

}  // namespace specctl
