#include "common/prometheus/bucket_histogram.h"

#include <gtest/gtest.h>

#include <limits>

namespace specctl {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

BucketHistogram Made(std::initializer_list<std::pair<double, double>> buckets) {
  BucketHistogram histogram;
  for (const auto& [upper, growth] : buckets) histogram.Add(upper, growth);
  return histogram;
}

TEST(BucketHistogramTest, AQuantileIsInterpolatedWithinItsBucket) {
  const BucketHistogram histogram = Made({{1, 10}, {2, 30}, {4, 40}, {kInf, 40}});
  const auto median = histogram.Quantile(0.5);
  ASSERT_TRUE(median && median->value && median->high);
  EXPECT_DOUBLE_EQ(*median->value, 1.5);
  EXPECT_EQ(median->low, 1);
  EXPECT_EQ(*median->high, 2);
  EXPECT_DOUBLE_EQ(*histogram.Quantile(0.25)->value, 1);
  EXPECT_DOUBLE_EQ(*histogram.Quantile(0.1)->value, 0.4);
  EXPECT_DOUBLE_EQ(*histogram.Quantile(1)->value, 4);
  EXPECT_EQ(histogram.count(), 40);
}

TEST(BucketHistogramTest, BoundsHoldTheTrueQuantileWhateverLiesWithin) {
  // 100 values, all 0.29: no interpolation could know it.
  const auto median = Made({{0.3, 100}, {0.5, 100}, {kInf, 100}}).Quantile(0.5);
  EXPECT_DOUBLE_EQ(*median->value, 0.15);
  EXPECT_EQ(median->low, 0);
  EXPECT_EQ(*median->high, 0.3);
}

TEST(BucketHistogramTest, InTheOpenBucketOnlyTheLowerBoundIsKnown) {
  const BucketHistogram histogram = Made({{1, 10}, {2, 60}, {kInf, 100}});
  EXPECT_TRUE(histogram.Quantile(0.6)->value.has_value());
  const auto p90 = histogram.Quantile(0.9);
  ASSERT_TRUE(p90.has_value());
  EXPECT_FALSE(p90->value.has_value());
  EXPECT_FALSE(p90->high.has_value());
  EXPECT_EQ(p90->low, 2);
}

TEST(BucketHistogramTest, EmptyBucketsBeforeAQuantileAreNotIts) {
  const auto median = Made({{1, 0}, {2, 0}, {3, 8}, {kInf, 8}}).Quantile(0.5);
  EXPECT_EQ(median->low, 2);
  EXPECT_DOUBLE_EQ(*median->value, 2.5);
}

TEST(BucketHistogramTest, CountsThatAreNoHistogramHaveNoQuantile) {
  EXPECT_FALSE(BucketHistogram().Quantile(0.5).has_value());
  EXPECT_FALSE(Made({{1, 0}, {kInf, 0}}).Quantile(0.5).has_value());
  EXPECT_FALSE(Made({{1, 5}, {2, 8}}).Quantile(0.5).has_value()) << "no open bucket";
  EXPECT_FALSE(Made({{1, 5}, {2, 3}, {kInf, 8}}).Quantile(0.5).has_value()) << "one falls";
}

TEST(BucketHistogramTest, OnlyHistogramsOfTheSameBoundsAddUp) {
  BucketHistogram sum = Made({{1, 1}, {kInf, 2}});
  EXPECT_TRUE(sum.AddAll(Made({{1, 3}, {kInf, 4}})));
  EXPECT_EQ(sum.count(), 6);
  EXPECT_FALSE(sum.AddAll(Made({{2, 3}, {kInf, 4}})));
  EXPECT_FALSE(sum.AddAll(Made({{kInf, 4}})));
  EXPECT_EQ(sum.count(), 6);
}

}  // namespace
}  // namespace specctl
