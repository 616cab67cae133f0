#include "common/stats/lag_histogram.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using namespace std::chrono_literals;

TEST(LagHistogramTest, NothingAddedHasQuantileZero) {
  EXPECT_EQ(LagHistogram().Quantile(0.99), 0ns);
  EXPECT_EQ(LagHistogram().count(), 0u);
}

TEST(LagHistogramTest, BelowAMicrosecondIsZero) {
  LagHistogram histogram;
  histogram.AddLag(-5ms);
  histogram.AddLag(999ns);
  EXPECT_EQ(histogram.max(), 0ns);
  EXPECT_EQ(histogram.count(), 2u);
}

TEST(LagHistogramTest, AQuantileIsNeverTooLowAndAtMostAnEighthTooHigh) {
  for (int64_t ns = 1'000; ns < 10'000'000'000'000; ns = ns * 9 / 7 + 1) {
    LagHistogram histogram;
    histogram.AddLag(Nanos(ns));
    const auto upper = static_cast<double>(histogram.max().count());
    EXPECT_GT(upper, static_cast<double>(ns));
    EXPECT_LE(upper, static_cast<double>(ns) * 1.125 + 1'000);
  }
}

TEST(LagHistogramTest, QuantilesAreByNearestRank) {
  LagHistogram histogram;
  histogram.AddLag(2us, 98);
  histogram.AddLag(1ms);
  histogram.AddLag(1s);
  EXPECT_EQ(histogram.Quantile(0.98), 3us);
  EXPECT_GT(histogram.Quantile(0.99), 1ms);
  EXPECT_LT(histogram.Quantile(0.99), 1200us);
  EXPECT_GT(histogram.max(), 1s);
}

TEST(LagHistogramTest, MergedIsTheHistogramOfTheUnion) {
  LagHistogram a, b, both;
  for (int i = 1; i < 300; ++i) {
    (i % 3 == 0 ? a : b).AddLag(7us * i * i);
    both.AddLag(7us * i * i);
  }
  a.Merge(b);
  EXPECT_EQ(a, both);
}

TEST(LagHistogramTest, DecodingGivesBackWhatWasEncoded) {
  LagHistogram histogram;
  histogram.AddLag(0ns, 1'000'000);
  histogram.AddLag(3ms, 7);
  histogram.AddLag(100h);
  const auto decoded = LagHistogram::Decode(histogram.Encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, histogram);
  EXPECT_EQ(LagHistogram::Decode("")->count(), 0u);
}

TEST(LagHistogramTest, DamagedBytesAreAnError) {
  using namespace std::string_view_literals;
  for (const std::string_view bytes : {"\x05"sv, "\x00\x00"sv, "\xff\xff\x7f\x01"sv, "\x01\x80"sv,
                                       "\x00\xff\xff\xff\xff\xff\xff\xff\x7f"sv}) {
    EXPECT_EQ(LagHistogram::Decode(bytes).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace specctl
