#include "common/stats/lag_histogram.h"

#include <algorithm>

#include <absl/status/status.h>

#include "common/base/varint.h"
#include "common/stats/octave_buckets.h"
#include "common/stats/quantiles.h"

namespace specctl {
namespace {

using LagBuckets = OctaveBuckets<3>;  // of microseconds
constexpr uint64_t kHighestUs = (uint64_t{1} << 34) - 1;
constexpr uint32_t kLagBuckets = LagBuckets::Of(kHighestUs) + 1;
// Sums of many histograms still fit into 64 bits.
constexpr uint64_t kCountMax = uint64_t{1} << 48;

constexpr uint32_t LagBucketOf(Nanos lag) {
  // A negative lag is two clocks' rounding, and counts as none.
  const int64_t us = std::max<int64_t>(lag.count(), 0) / 1000;
  return LagBuckets::Of(std::min(static_cast<uint64_t>(us), kHighestUs));
}

// First value above the bucket's; 0 for the bucket of what counts as 0.
constexpr Nanos UpperEndOf(uint32_t bucket) {
  if (bucket == 0) return Nanos(0);
  return std::chrono::microseconds(LagBuckets::Lowest(bucket) + LagBuckets::Width(bucket));
}

}  // namespace

uint64_t& LagHistogram::At(uint32_t bucket) {
  // Grows with the largest lag: most agents need a few buckets.
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  return counts_[bucket];
}

void LagHistogram::AddLag(Nanos lag, uint64_t count) {
  if (count > 0) At(LagBucketOf(lag)) += count;
}

void LagHistogram::Merge(const LagHistogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
}

uint64_t LagHistogram::count() const {
  uint64_t sum = 0;
  for (const uint64_t count : counts_) sum += count;
  return sum;
}

Nanos LagHistogram::Quantile(double q) const {
  const uint64_t all = count();
  if (all == 0) return Nanos(0);
  const uint64_t rank = NearestRank(q, all);
  uint32_t bucket = 0;
  for (uint64_t seen = counts_[0]; seen < rank; seen += counts_[bucket]) ++bucket;
  return UpperEndOf(bucket);
}

void LagHistogram::ForEach(const std::function<void(Nanos, uint64_t)>& each) const {
  for (uint32_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] > 0) each(UpperEndOf(bucket), counts_[bucket]);
  }
}

std::string LagHistogram::Encode() const {
  std::string bytes;
  // Most buckets are empty: each entry says how many were passed over before it.
  uint64_t skipped = 0;
  for (const uint64_t count : counts_) {
    if (count == 0) {
      ++skipped;
      continue;
    }
    AppendVarint(skipped, bytes);
    AppendVarint(count, bytes);
    skipped = 0;
  }
  return bytes;
}

absl::StatusOr<LagHistogram> LagHistogram::Decode(std::string_view bytes) {
  LagHistogram histogram;
  uint64_t bucket = 0;
  while (!bytes.empty()) {
    const auto skipped = TakeVarint(bytes);
    const auto count = skipped ? TakeVarint(bytes) : std::nullopt;
    // A count of 0 is never written: a histogram has one encoding.
    if (!count || *skipped >= kLagBuckets - bucket || *count == 0 || *count > kCountMax) {
      return absl::InvalidArgumentError("histogram of lags: damaged");
    }
    bucket += *skipped;
    histogram.At(static_cast<uint32_t>(bucket)) = *count;
    if (++bucket == kLagBuckets && !bytes.empty()) {
      return absl::InvalidArgumentError("histogram of lags: more buckets than there are");
    }
  }
  return histogram;
}

}  // namespace specctl
