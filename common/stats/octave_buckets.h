// The buckets of a histogram that is linear within an octave.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace specctl {

// Buckets are numbered without gaps.  Below 2^(kSubBucketBits + 1) each value has its own; from
// there on the leading bit and the `kSubBucketBits` after it are the bucket, 2^kSubBucketBits an
// octave.  So a bucket is at most 2^-kSubBucketBits of its values wide.
template <int kSubBucketBits>
struct OctaveBuckets {
  static constexpr uint32_t kPerOctave = uint32_t{1} << kSubBucketBits;

  static constexpr uint32_t Of(uint64_t value) {
    const int octave = std::max(0, static_cast<int>(std::bit_width(value)) - (kSubBucketBits + 1));
    return (static_cast<uint32_t>(octave) << kSubBucketBits) +
           static_cast<uint32_t>(value >> octave);
  }

  // A bucket holds the values from Lowest() to Lowest() + Width() - 1.
  static constexpr uint64_t Lowest(uint32_t bucket) {
    const uint32_t octave = Octave(bucket);
    return uint64_t{bucket - octave * kPerOctave} << octave;
  }
  static constexpr uint64_t Width(uint32_t bucket) { return uint64_t{1} << Octave(bucket); }

 private:
  static constexpr uint32_t Octave(uint32_t bucket) {
    return bucket < 2 * kPerOctave ? 0 : bucket / kPerOctave - 1;
  }
};

}  // namespace specctl
