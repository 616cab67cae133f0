#include "common/stats/quantiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace specctl {
namespace {

std::vector<double> Up(int last) {
  std::vector<double> values(static_cast<size_t>(last));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(NearestRankTest, IsTheCeilingOfTheProduct) {
  EXPECT_EQ(NearestRank(0.5, 4), 2u);
  EXPECT_EQ(NearestRank(0.5, 5), 3u);
  EXPECT_EQ(NearestRank(0.99, 101), 100u);
  EXPECT_EQ(NearestRank(1, 7), 7u);
  EXPECT_EQ(NearestRank(0, 7), 1u);
  EXPECT_EQ(NearestRank(0.001, 7), 1u);
}

TEST(NearestRankTest, RoundingOfTheProductDoesNotCount) {
  // 0.07 * 100 is 7.000000000000001 in doubles.
  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(NearestRank(percent / 100.0, 100), static_cast<uint64_t>(percent));
    EXPECT_EQ(NearestRank(percent / 100.0, 100'000), static_cast<uint64_t>(percent) * 1'000);
  }
}

TEST(DescribeTest, ValuesOneToAThousand) {
  std::vector<double> values = Up(1'000);
  std::reverse(values.begin(), values.end());
  const auto result = Describe(values);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->count, 1'000u);
  EXPECT_EQ(result->mean, 500.5);
  EXPECT_EQ(result->min, 1);
  EXPECT_EQ(result->p1, 10);
  EXPECT_EQ(result->p5, 50);
  EXPECT_EQ(result->p10, 100);
  EXPECT_EQ(result->p25, 250);
  EXPECT_EQ(result->p50, 500);
  EXPECT_EQ(result->p75, 750);
  EXPECT_EQ(result->p90, 900);
  EXPECT_EQ(result->p95, 950);
  EXPECT_EQ(result->p99, 990);
  EXPECT_EQ(result->p999, 999);
  EXPECT_EQ(result->max, 1'000);
}

TEST(DescribeTest, OneValueIsAllItsQuantiles) {
  const auto result = Describe({4.5});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->p1, 4.5);
  EXPECT_EQ(result->p999, 4.5);
  EXPECT_EQ(result->mean, 4.5);
}

TEST(DescribeTest, MeanOfEqualValuesIsTheValue) {
  const auto result = Describe({0.1, 0.1, 0.1});  // their sum / 3 is above 0.1 in doubles
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->mean, 0.1);
}

TEST(DescribeTest, StandardDeviationIsOfTheValuesThemselves) {
  // The divisor is n: numpy's std(), and so AIPerf's, of these is 2 exactly.
  EXPECT_EQ(Describe({2, 4, 4, 4, 5, 5, 7, 9})->stddev, 2);
  EXPECT_EQ(Describe({7})->stddev, 0);
  EXPECT_EQ(Describe(std::vector<double>(1'000, 0.1))->stddev, 0);
}

TEST(DescribeTest, NothingHasNoDistribution) { EXPECT_FALSE(Describe({}).has_value()); }

}  // namespace
}  // namespace specctl
