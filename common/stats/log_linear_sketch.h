// A mergeable quantile sketch for latencies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <absl/numeric/int128.h>

#include "common/base/clock.h"

namespace specctl {

// Values that several sketches get: what is the same in each is worked out once.  Not thread-safe.
class SketchValues {
 public:
  void AddValue(Nanos value);
  size_t size() const { return buckets_.size(); }

 private:
  friend class LogLinearSketch;
  std::vector<uint32_t> buckets_;
  absl::int128 sum_ns_ = 0;
  absl::uint128 squares_ns2_ = 0;
  Nanos min_{0}, max_{0};
};

// Log-linear histogram: 1,024 sub-buckets an octave from 1 us to 24 h, so a quantile is off by at
// most 0.05 % (half a bucket; below 2,048 ns by nothing); values outside are counted in the first
// or last bucket.  Memory grows with the range of values seen (8 KB an octave, 0.3 MB at most), not
// with their number.  Merging is exact: the merged sketch is the one of the union, whatever the
// order.  Not thread-safe.
class LogLinearSketch {
 public:
  static constexpr double kErrorMax = 0.0005;  // of a quantile, relative

  void AddValue(Nanos value, uint64_t count = 1);
  void AddValues(const SketchValues& values);
  void Merge(const LogLinearSketch& other);
  // Forgets all values and keeps the memory.
  void Clear();

  uint64_t count() const { return count_; }
  // Of the values themselves, not of buckets.
  std::optional<Nanos> min() const;
  std::optional<Nanos> max() const;
  std::optional<double> mean_ns() const;
  // Standard deviation of the values (divisor: their number).  Exact but for the last rounding, so
  // it is the same in whatever order values came and sketches were merged.
  std::optional<double> stddev_ns() const;
  // Quantile `q` in [0, 1], nearest rank: the middle of the bucket of the ceil(q * count)-th value,
  // clamped to [min, max].  nullopt where nothing was added.
  std::optional<Nanos> Quantile(double q) const;

  size_t memory_bytes() const { return buckets_.capacity() * sizeof(uint64_t); }

 private:
  // What it knows of values beside their buckets.
  struct Summary {
    uint64_t count;
    absl::int128 sum_ns;
    absl::uint128 squares_ns2;
    Nanos min, max;
  };
  void Count(const Summary& values) {
    min_ = count_ == 0 ? values.min : std::min(min_, values.min);
    max_ = count_ == 0 ? values.max : std::max(max_, values.max);
    count_ += values.count;
    sum_ns_ += values.sum_ns;
    squares_ns2_ += values.squares_ns2;
  }
  void Widen(uint32_t low, uint32_t high);

  std::vector<uint64_t> buckets_;  // from first_bucket_ on
  uint32_t first_bucket_ = 0;
  uint64_t count_ = 0;
  absl::int128 sum_ns_ = 0;
  // Modulo 2^128: that is enough, since the sum of squared distances from the mean is below it.
  absl::uint128 squares_ns2_ = 0;
  Nanos min_{0}, max_{0};
};

}  // namespace specctl
