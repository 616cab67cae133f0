#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

#include "common/figures/catalogue.h"
#include "common/report/artifacts.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> Rows(const Results& results) {
  std::istringstream csv(FiguresCsv(results));
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  return lines;
}

std::string RowOf(const Results& results, const std::string& scope_and_key) {
  const std::string begin = "20261122-101410-7f3a," + scope_and_key + ",";
  for (const std::string& row : Rows(results)) {
    if (row.starts_with(begin)) return row.substr(begin.size());
  }
  return "no such row";
}

// The columns of the statistics' intervals, empty.
const std::string kNoIntervals(22, ',');

TEST(FiguresCsvTest, AFigureIsARowWithWhatItsKindHas) {
  Results results = testing::FullResults();
  results.headline.latency.itl_ms =
      Distribution{.count = 3,
                   .mean = 2.5,
                   .stddev = 0.5,
                   .min = 2,
                   .max = 3,
                   .p50 = 2.25,
                   .p999 = 3,
                   .error = QuantileErrors{.p50 = 0.125, .p99 = 0.25}};
  EXPECT_EQ(
      Rows(results)[0],
      "run_id,scope,key,label,unit,kind,better,value,low,high,count,mean,stddev,min,max,"
      "p1,p5,p10,p25,p50,p75,p90,p95,p99,p999,error_p50,error_p90,error_p95,error_p99,low_mean,"
      "high_mean,low_p1,high_p1,low_p5,high_p5,low_p10,high_p10,low_p25,high_p25,low_p50,"
      "high_p50,low_p75,high_p75,low_p90,high_p90,low_p95,high_p95,low_p99,high_p99,low_p999,"
      "high_p999");
  EXPECT_EQ(
      RowOf(results, "headline,output_tps"),
      "output TPS,tokens/s,estimate,up,21913.4,21800.2,22020.9,,,,,,,,,,,,,,,,,,," + kNoIntervals);
  EXPECT_EQ(RowOf(results, "headline,itl_ms"),
            "ITL ms,ms,distribution,down,,,,3,2.5,0.5,2,3,0,0,0,0,2.25,0,0,0,0,3,0.125,0,0,0.25" +
                kNoIntervals);
  EXPECT_EQ(RowOf(results, "headline,output_tps_peak"),
            "\"output TPS, peak\",tokens/s,ratio,up,22410,,,,,,,,,,,,,,,,,,,,," + kNoIntervals);
  EXPECT_EQ(RowOf(results, "headline,steps"),
            "steps,steps,count,neither,600002,,,,,,,,,,,,,,,,,,,,," + kNoIntervals);
  EXPECT_EQ(
      RowOf(results, "headline,source"),
      "source of acceptance,,qualifier,neither,per_request,,,,,,,,,,,,,,,,,,,,," + kNoIntervals);
  EXPECT_THAT(RowOf(results, "servers,running"), HasSubstr("gauge,neither,,,,,502.3,,,512,"));
  // Quantiles, and how far they may be off in their buckets; the open one has no value.
  EXPECT_THAT(
      RowOf(results, "servers,ttft_ms"),
      StartsWith("TTFT ms,ms,distribution,down,,,,1536,,,,,,,,,604.2,,894.1,,1203.5,,145.7"));
  EXPECT_EQ(RowOf(results, "servers,queue_ms"),
            "queue ms,ms,distribution,down,,,,1536,,,,,,,,,150,,270,,,,150,270,," + kNoIntervals);
}

TEST(FiguresCsvTest, AListHasARowForEachPlace) {
  const Results results = testing::FullResults();
  EXPECT_THAT(RowOf(results, "headline,conditional[2]"), HasSubstr(",0.68,"));
  EXPECT_THAT(RowOf(results, "headline,histogram[0]"), HasSubstr(",114000,"));
  EXPECT_EQ(RowOf(results, "headline,conditional[3]"), "no such row");
}

TEST(FiguresCsvTest, EveryRowHasTheHeadersFields) {
  const auto fields = [](std::string row) {
    bool quoted = false;
    for (char& c : row) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && quoted) c = ' ';
    }
    return std::count(row.begin(), row.end(), ',');
  };
  const std::vector<std::string> rows = Rows(testing::FullResults());
  for (const std::string& row : rows) EXPECT_EQ(fields(row), fields(rows[0])) << row;
  EXPECT_GT(rows.size(), 80u);
}

TEST(FiguresCsvTest, WholeRunAndSlicesFollowTheHeadline) {
  const Results results = testing::FullResults();
  EXPECT_THAT(RowOf(results, "whole_run,output_tps"), HasSubstr(",18645,,,"));
  EXPECT_THAT(RowOf(results, "whole_run,ok"), HasSubstr(",1531,"));
  EXPECT_THAT(RowOf(results, "agent=0,cpu_s"), HasSubstr(",11.25,"));
  EXPECT_THAT(RowOf(results, "tier=mixed,per_step"), HasSubstr(",2.58,"));
  EXPECT_THAT(Rows(results),
              Each(::testing::AnyOf(StartsWith("run_id,"), StartsWith("20261122-101410-7f3a,"))));
}

TEST(FiguresCsvTest, WhatIsAbsentHasNoRow) {
  const std::vector<std::string> rows = Rows(testing::BareResults());
  EXPECT_THAT(rows, ::testing::Not(Contains(HasSubstr(",headline,"))));
  EXPECT_THAT(rows, Contains(HasSubstr(",whole_run,lost,lost,requests,count,down,1,")));
}

}  // namespace
}  // namespace specctl
