#include "common/figures/statistic.h"

#include <set>

#include <gtest/gtest.h>

namespace specctl {
namespace {

// Every number of a Distribution, each with a value of its own.
Distribution Counted() {
  Distribution figure;
  double next = 0;
  for (const Statistic& each : Statistics()) figure.*each.value = ++next;
  return figure;
}

TEST(StatisticTest, EachReadsAFieldOfItsOwn) {
  const Distribution figure = Counted();
  std::set<double> seen;
  for (const Statistic& each : Statistics()) seen.insert(figure.*each.value);
  EXPECT_EQ(seen.size(), Statistics().size());
  EXPECT_EQ(figure.mean, 1);
  EXPECT_EQ(figure.p999, static_cast<double>(Statistics().size()));
}

TEST(StatisticTest, EveryNumberOfADistributionIsOne) {
  // 8 bytes each, beside the counts, the errors and the intervals.
  constexpr size_t kOthers = 2 * sizeof(uint64_t) + sizeof(std::optional<QuantileErrors>) +
                             sizeof(std::optional<DistributionIntervals>);
  EXPECT_EQ(Statistics().size() * sizeof(double), sizeof(Distribution) - kOthers);
}

TEST(StatisticTest, BoundsOfErrorsAreOfTheSameQuantile) {
  EXPECT_EQ(FindStatistic("p50")->error, &QuantileErrors::p50);
  EXPECT_EQ(FindStatistic("p99")->error, &QuantileErrors::p99);
  EXPECT_EQ(FindStatistic("mean")->error, nullptr);
}

TEST(StatisticTest, IntervalsAreOfTheSameQuantile) {
  EXPECT_EQ(FindStatistic("p99")->interval, &DistributionIntervals::p99);
  EXPECT_EQ(FindStatistic("mean")->interval, &DistributionIntervals::mean);
  EXPECT_EQ(FindStatistic("max")->interval, nullptr);
  Distribution figure;
  EXPECT_EQ(FindStatistic("p99")->BoundsIn(figure), nullptr);
  figure.intervals.emplace().p99.low = 7;
  EXPECT_EQ(FindStatistic("p99")->BoundsIn(figure)->low, 7);
  EXPECT_EQ(FindStatistic("max")->BoundsIn(figure), nullptr);
}

TEST(StatisticTest, IsFoundByItsKey) {
  EXPECT_EQ(FindStatistic("stddev")->value, &Distribution::stddev);
  EXPECT_EQ(FindStatistic("p98"), nullptr);
  EXPECT_EQ(FindStatistic(""), nullptr);
}

TEST(StatisticTest, AListKeepsItsOrder) {
  const auto list = ParseStatistics("max,p50,stddev");
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ((*list)[0]->key, "max");
  EXPECT_EQ((*list)[2]->key, "stddev");
}

std::string ErrorOf(std::string_view list) {
  return std::string(ParseStatistics(list).status().message());
}

TEST(StatisticTest, AWordThatIsNoneIsNamedWithWhatThereIsAndTheNearest) {
  EXPECT_EQ(ErrorOf("mean,p98"),
            "need a list of mean, stddev, min, max, p1, p5, p10, p25, p50, p75, p90, p95, p99, "
            "p999; got \"p98\"; did you mean p99?");
  EXPECT_TRUE(ErrorOf("std").ends_with("did you mean stddev?")) << "as other tools call it";
  EXPECT_TRUE(ErrorOf("p9999").ends_with("did you mean p999?"));
  EXPECT_TRUE(ErrorOf("men").ends_with("did you mean mean?"));
  EXPECT_TRUE(ErrorOf("stdev").ends_with("did you mean stddev?"));
  EXPECT_TRUE(ErrorOf("").ends_with("got \"\""));
  EXPECT_TRUE(ErrorOf("p50,,p90").ends_with("got \"\""));
  EXPECT_TRUE(ErrorOf("median").ends_with("got \"median\""));
}

TEST(StatisticTest, ALongWordIsCut) { EXPECT_LT(ErrorOf(std::string(100'000, 'p')).size(), 300u); }

}  // namespace
}  // namespace specctl
