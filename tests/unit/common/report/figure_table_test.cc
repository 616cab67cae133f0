#include "common/report/figure_table.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "common/report/number_text.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FigureTableTest, AnEstimateWithoutBothEndsHasNoInterval) {
  EXPECT_EQ(IntervalText({.value = 2, .low = 1.5, .high = {}}, FigureText), "");
  EXPECT_EQ(IntervalText({.value = 2, .low = 1.5, .high = 2.5}, FigureText), "1.50 .. 2.50");
}

TEST(FigureTableTest, UserTpsShowsItsSlowUsers) {
  EXPECT_THAT(FigureTable(testing::FullResults()),
              HasSubstr("                         mean       p50       p10        p1\n"
                        "user TPS                 44.3      43.1      38.2      33.3\n"));
}

TEST(FigureTableTest, EachQuantileStandsUnderItsName) {
  EXPECT_THAT(
      FigureTable(testing::FullResults()),
      HasSubstr("                         mean       p50       p90       p99   error at most\n"
                "TTFT ms                   686       612       908     1,204   0.500\n"));
}

TEST(FigureTableTest, AnErrorBelowAMicrosecondIsToldAsThat) {
  Results results = testing::FullResults();
  results.headline.latency.ttft_ms->error = {.p50 = 1e-9, .p90 = 0, .p95 = 0, .p99 = 0};
  EXPECT_THAT(FigureTable(results), HasSubstr("1,204   0.001\n"));
}

std::string TableOf(const Results& results, std::string_view columns) {
  return FigureTable(results, *ParseStatistics(columns));
}

TEST(FigureTableTest, TheColumnsAreThoseAskedFor) {
  const std::string table = TableOf(testing::FullResults(), "mean,min,max,stddev");
  EXPECT_THAT(
      table,
      HasSubstr("                         mean       min       max    stddev   error at most\n"
                "TTFT ms                   686      20.0     2,980       296   0.500\n"));
  EXPECT_THAT(table, HasSubstr("user TPS                 44.3      33.3      82.3      4.90\n"))
      << "in the same columns as latencies";
}

TEST(FigureTableTest, MoreColumnsThanALineHoldsAreFurtherTables) {
  const std::string table = TableOf(testing::FullResults(), "mean,min,max,p1,p5,p10,p25,p50,p75");
  EXPECT_THAT(table, HasSubstr("p10       p25   error at most\nTTFT ms"));
  EXPECT_THAT(table,
              HasSubstr("                          p50       p75\nTTFT ms                   612"
                        "       760\n"));
  size_t longest = 0;
  for (size_t begin = 0; begin < table.size();) {
    const size_t end = table.find('\n', begin);
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  EXPECT_LE(longest, 110u);
}

TEST(FigureTableTest, AMissingFigureIsADashAndAReason) {
  Results results;
  EXPECT_THAT(FigureTable(results), ContainsRegex("TTFT ms +- +nothing was sent\n"));
  results.conservation.sent = results.conservation.failed = 4;
  EXPECT_THAT(FigureTable(results), ContainsRegex("TTFT ms +- +no request ended ok\n"));
  EXPECT_THAT(FigureTable(results), ContainsRegex("output TPS +- +no tokens could be counted\n"));
}

TEST(FigureTableTest, TotalsOnlyIsWhyThereIsNoStepLatency) {
  Results results = testing::FullResults();
  results.headline.latency.step_latency_ms.reset();
  results.verdict.labels = {{.code = Label::kTotalsOnly, .text = "", .windows = 0}};
  EXPECT_THAT(
      FigureTable(results),
      ContainsRegex("step latency ms +- +the server reports only the total tokens of a response"));
}

TEST(FigureTableTest, TheAnswersFirstTokenShowsOnlyBehindReasoning) {
  Results results = testing::FullResults();
  EXPECT_THAT(FigureTable(results), Not(HasSubstr("TTFO")));
  results.headline.latency.ttfo_ms->mean += 100;
  EXPECT_THAT(FigureTable(results), HasSubstr("TTFO ms (answer)"));
}

TEST(FigureTableTest, TheWholeRunStandsBesideTheHold) {
  Results results = testing::FullResults();
  EXPECT_THAT(FigureTable(results), HasSubstr("whole run           output TPS 18,645   TTFT ms"));
  results.headline_is_whole_run = true;
  EXPECT_THAT(FigureTable(results), Not(HasSubstr("whole run")));
}

}  // namespace
}  // namespace specctl
