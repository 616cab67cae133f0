#include "common/compare/figure_words.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

ComparedStatistic Sample() {
  ComparedStatistic statistic{.key = "p99"};
  statistic.a = Measured{.value = 1204, .spread = std::nullopt};
  statistic.difference = Estimate{.value = -66.5, .low = -80.0, .high = -50.1};
  statistic.ratio = Estimate{.value = 0.9447, .low = 0.93, .high = 0.96};
  return statistic;
}

TEST(FigureWordsTest, NumbersAreThoseOfThePage) {
  EXPECT_EQ(ValueText(Sample().a), "1,204");
  EXPECT_EQ(ValueText(std::nullopt), "-");
  EXPECT_EQ(DifferenceText(Sample()), "-66.5 (-80.0 .. -50.1)");
  EXPECT_EQ(RatioText(Sample()), "0.945 (0.930 .. 0.960)");
}

TEST(FigureWordsTest, ARiseHasItsSignAndAMissingIntervalIsNone) {
  ComparedStatistic statistic = Sample();
  statistic.difference = Estimate{.value = 66.5, .low = std::nullopt, .high = std::nullopt};
  EXPECT_EQ(DifferenceText(statistic), "+66.5");
  EXPECT_EQ(DifferenceText({}), "");
  EXPECT_EQ(RatioText({}), "");
}

TEST(FigureWordsTest, AStatisticIsNamedBehindItsFigure) {
  const ComparedFigure ttft{.figure = FindFigure("ttft_ms"), .statistics = {Sample()}};
  EXPECT_EQ(StatisticLabel(ttft, ttft.main()), "TTFT ms p99");
  const ComparedFigure tps{.figure = FindFigure("output_tps"), .statistics = {{.key = "value"}}};
  EXPECT_EQ(StatisticLabel(tps, tps.main()), "output TPS");
}

}  // namespace
}  // namespace specctl
