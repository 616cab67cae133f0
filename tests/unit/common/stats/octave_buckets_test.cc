#include "common/stats/octave_buckets.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using Buckets = OctaveBuckets<3>;

TEST(OctaveBucketsTest, SmallValuesHaveABucketEach) {
  for (uint32_t value = 0; value < 16; ++value) {
    EXPECT_EQ(Buckets::Of(value), value);
    EXPECT_EQ(Buckets::Lowest(value), value);
    EXPECT_EQ(Buckets::Width(value), 1u);
  }
}

TEST(OctaveBucketsTest, AnOctaveHasEightOfEqualWidth) {
  EXPECT_EQ(Buckets::Of(16), 16u);
  EXPECT_EQ(Buckets::Of(17), 16u);
  EXPECT_EQ(Buckets::Of(31), 23u);
  EXPECT_EQ(Buckets::Of(32), 24u);
  EXPECT_EQ(Buckets::Lowest(24), 32u);
  EXPECT_EQ(Buckets::Width(24), 4u);
}

TEST(OctaveBucketsTest, OneFollowsTheOtherUpToTheLargestValue) {
  const uint32_t last = Buckets::Of(UINT64_MAX);
  uint64_t next = 0;
  for (uint32_t bucket = 0; bucket <= last; ++bucket) {
    ASSERT_EQ(Buckets::Lowest(bucket), next);
    next += Buckets::Width(bucket);
    ASSERT_EQ(Buckets::Of(Buckets::Lowest(bucket)), bucket);
    ASSERT_EQ(Buckets::Of(next - 1), bucket);
  }
  EXPECT_EQ(next, 0u) << "2^64";
}

TEST(OctaveBucketsTest, AValueIsCloseToBothEndsOfItsBucket) {
  for (uint64_t value = 1; value < (uint64_t{1} << 40); value = value * 5 / 4 + 1) {
    using Fine = OctaveBuckets<10>;
    EXPECT_LE(Fine::Width(Fine::Of(value)) - 1, value >> 10) << value;
  }
}

}  // namespace
}  // namespace specctl
