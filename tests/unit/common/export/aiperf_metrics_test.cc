#include "common/export/aiperf_metrics.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/common/export/aiperf_structure.h"
#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

std::map<std::string, double> ValuesOf(const AiperfRequest& request) {
  std::map<std::string, double> values;
  for (const AiperfRecordMetric& metric : AiperfRecordMetrics()) {
    if (const auto value = metric.of(request)) values[std::string(metric.name.tag)] = *value;
  }
  return values;
}

TEST(AiperfMetricsTest, EachIsByAiperfsFormula) {
  auto values = ValuesOf(AiperfRequestOf(testing::OkRequest(1)));
  EXPECT_DOUBLE_EQ(values["request_latency"], 50);
  EXPECT_DOUBLE_EQ(values["time_to_first_token"], 20);
  EXPECT_DOUBLE_EQ(values["time_to_second_token"], 10);
  EXPECT_DOUBLE_EQ(values["decode_duration"], 30);
  EXPECT_DOUBLE_EQ(values["inter_token_latency"], 30.0 / 9);
  EXPECT_DOUBLE_EQ(values["output_token_throughput_per_user"], 300);
  EXPECT_DOUBLE_EQ(values["e2e_output_token_throughput"], 10 / 0.05);
  EXPECT_DOUBLE_EQ(values["prefill_throughput_per_user"], 10 / 0.02);
  EXPECT_DOUBLE_EQ(values["output_sequence_length"], 10);
  EXPECT_DOUBLE_EQ(values["output_token_count"], 10);
  EXPECT_DOUBLE_EQ(values["osl_mismatch_diff_pct"], -90);
  EXPECT_DOUBLE_EQ(values["usage_total_tokens"], 20);
  EXPECT_DOUBLE_EQ(values["http_req_connection_reused"], 0);
  EXPECT_DOUBLE_EQ(values["spec_decode_acceptance_length"], 3);
  EXPECT_DOUBLE_EQ(values["spec_decode_draft_acceptance_rate"], 200.0 / 3);
  EXPECT_DOUBLE_EQ(values["spec_decode_accepted_per_verified"], 9.0 / 12);
  EXPECT_DOUBLE_EQ(values["spec_decode_steps"], 3);
  EXPECT_FALSE(values.contains("reasoning_token_count"));
  EXPECT_FALSE(values.contains("usage_prompt_cache_read_tokens"));
}

TEST(AiperfMetricsTest, TokensOfTheFirstChunkAreNoDecodedOnes) {
  AiperfRequest request = AiperfRequestOf(testing::OkRequest(1));
  request.first_chunk_tokens = 4;
  EXPECT_DOUBLE_EQ(ValuesOf(request)["inter_token_latency"], 5);
  // All of them in the first chunk, or unknown: AIPerf takes one.
  request.first_chunk_tokens = 10;
  EXPECT_DOUBLE_EQ(ValuesOf(request)["inter_token_latency"], 30.0 / 9);
  request.first_chunk_tokens = std::nullopt;
  EXPECT_DOUBLE_EQ(ValuesOf(request)["inter_token_latency"], 30.0 / 9);
  request.output_tokens = 1;
  EXPECT_FALSE(ValuesOf(request).contains("inter_token_latency"));
}

TEST(AiperfMetricsTest, ReasoningIsOutputButNoAnswer) {
  AiperfRequest request = AiperfRequestOf(testing::OkRequest(1));
  request.reasoning_tokens = 4;
  auto values = ValuesOf(request);
  EXPECT_DOUBLE_EQ(values["output_sequence_length"], 10);
  EXPECT_DOUBLE_EQ(values["output_token_count"], 6);
  EXPECT_DOUBLE_EQ(values["reasoning_token_count"], 4);
}

TEST(AiperfMetricsTest, WhatARequestLacksHasNoValue) {
  AiperfRequest request;
  const auto values = ValuesOf(request);
  EXPECT_EQ(values.size(), 1u);
  EXPECT_TRUE(values.contains("http_req_connection_reused"));
}

TEST(AiperfMetricsTest, UnitsAreAiperfs) {
  const boost::json::object golden = testing::AiperfStructure().at("record_metrics").as_object();
  size_t known = 0;
  for (const AiperfRecordMetric& metric : AiperfRecordMetrics()) {
    const auto* unit = golden.if_contains(metric.name.tag);
    if (unit == nullptr) continue;  // no server of the examples reasons or caches
    ++known;
    EXPECT_EQ(metric.name.unit, std::string_view(unit->as_string())) << metric.name.tag;
  }
  EXPECT_EQ(known, AiperfRecordMetrics().size() - 3);
  EXPECT_EQ(std::string_view(golden.at("inter_chunk_latency").as_string()), "ms");
}

TEST(AiperfMetricsTest, QuantilesLieBetweenValues) {
  const auto statistics = StatisticsOf({4, 1, 3, 2});
  ASSERT_TRUE(statistics);
  EXPECT_DOUBLE_EQ(statistics->avg, 2.5);
  EXPECT_DOUBLE_EQ(statistics->std, std::sqrt(1.25));
  EXPECT_DOUBLE_EQ(statistics->quantiles[4], 2.5);
  EXPECT_DOUBLE_EQ(statistics->quantiles[3], 1.75);
  EXPECT_DOUBLE_EQ(statistics->quantiles[8], 3.97);
  EXPECT_EQ(statistics->count, 4u);
  EXPECT_FALSE(StatisticsOf({}));
}

TEST(AiperfMetricsTest, CountedGapsHaveTheStatisticsOfTheirList) {
  GapCounts counts;
  std::vector<double> list;
  for (const uint32_t gap_us : {10'000u, 9'990u, 200'000u, 0u, 10'000u, 131'071u, 131'072u}) {
    counts.AddGap(gap_us);
    list.push_back(gap_us / 1000.0);
  }
  const auto counted = counts.StatisticsMs(), listed = StatisticsOf(list);
  ASSERT_TRUE(counted && listed);
  EXPECT_EQ(counted->count, listed->count);
  EXPECT_DOUBLE_EQ(counted->avg, listed->avg);
  EXPECT_DOUBLE_EQ(counted->std, listed->std);
  EXPECT_DOUBLE_EQ(counted->min, listed->min);
  EXPECT_DOUBLE_EQ(counted->max, listed->max);
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_DOUBLE_EQ(counted->quantiles[i], listed->quantiles[i]) << i;
  }
  EXPECT_FALSE(GapCounts().StatisticsMs());
}

// The records that AIPerf itself wrote give the summary that it wrote.
TEST(AiperfMetricsTest, AiperfsRecordsGiveAiperfsSummary) {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  const std::string dir = std::string(root) + "/../shared/data/aiperf/real/matrix/math/";
  if (!std::filesystem::exists(dir)) GTEST_SKIP() << dir << " is not here";
  std::map<std::string, std::vector<double>> values;
  std::istringstream lines(testing::ReadAll(dir + "profile_export.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto row = boost::json::parse(line);
    for (const auto& [tag, metric] : row.at("metrics").as_object()) {
      const boost::json::value& value = metric.at("value");
      if (!value.is_array()) {
        values[tag].push_back(value.to_number<double>());
        continue;
      }
      for (const auto& each : value.as_array()) values[tag].push_back(each.to_number<double>());
    }
  }
  const auto summary =
      boost::json::parse(testing::ReadAll(dir + "profile_export_aiperf.json")).as_object();
  EXPECT_GT(values.size(), 30u);
  for (const auto& [tag, list] : values) {
    const boost::json::object& theirs = summary.at(tag).as_object();
    const auto ours = StatisticsOf(list);
    const auto near = [&](std::string_view key, double value) {
      const double expected = theirs.at(key).to_number<double>();
      EXPECT_NEAR(value, expected, 1e-9 * std::max(1.0, std::abs(expected))) << tag << " " << key;
    };
    near("avg", ours->avg);
    near("std", ours->std);
    near("sum", ours->sum);
    near("min", ours->min);
    near("max", ours->max);
    for (size_t i = 0; i < 9; ++i) near(AiperfStatistics::kQuantileNames[i], ours->quantiles[i]);
  }
}

}  // namespace
}  // namespace specctl
