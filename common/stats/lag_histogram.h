// LagHistogram: lags of one second, small enough to be sent every second.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"

namespace specctl {

// Eight buckets an octave from 1 us to 4.6 h, so a quantile is at most 12.5 % too high and never
// too low; what is below 1 us (or negative) counts as 0.  Merging is exact.  Not thread-safe.
class LagHistogram {
 public:
  void AddLag(Nanos lag, uint64_t count = 1);
  void Merge(const LagHistogram& other);
  void Clear() { counts_.clear(); }

  uint64_t count() const;
  // Upper end of the bucket of the ceil(q * count)-th value; 0 where nothing was added.
  Nanos Quantile(double q) const;
  Nanos max() const { return Quantile(1); }

  // Calls `each(upper end of a bucket, count)` for every bucket with a count, ascending.
  void ForEach(const std::function<void(Nanos, uint64_t)>& each) const;

  // (buckets skipped, count) of each bucket with a count, as varints.
  std::string Encode() const;
  // INVALID_ARGUMENT where `bytes` are cut short, name a bucket beyond the last, or hold a count
  // that is 0 or above 2^48.
  static absl::StatusOr<LagHistogram> Decode(std::string_view bytes);

  bool operator==(const LagHistogram&) const = default;

 private:
  uint64_t& At(uint32_t bucket);

  std::vector<uint64_t> counts_;  // up to the last bucket with a count
};

}  // namespace specctl
