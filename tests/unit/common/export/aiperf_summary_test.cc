#include "common/export/aiperf_summary.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/common/export/aiperf_structure.h"
#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

using testing::CancelledRequest;
using testing::FailedRequest;
using testing::kMs;
using testing::OkRequest;

std::optional<double> ValueOf(const AiperfSummary& summary, std::string_view tag,
                              bool throughput = true) {
  for (const AiperfMetric& metric : summary.Metrics(throughput)) {
    if (metric.name.tag == tag) return std::get<double>(metric.value);
  }
  return std::nullopt;
}

// Requests 1 and 2 of 10 and 16 tokens, and two that are not ok.
AiperfSummary SampleSummary() {
  AiperfSummary summary;
  summary.AddRequest(OkRequest(1, 4));
  summary.AddRequest(OkRequest(2, 6));
  summary.AddRequest(CancelledRequest(3));
  summary.AddRequest(FailedRequest(4));
  return summary;
}

TEST(AiperfSummaryTest, RatesAreOfOkRequestsOverTheWholeWindow) {
  const AiperfSummary summary = SampleSummary();
  // From the slot of request 1 (100 ms) to the end of request 4 (405 + 50.5 ms).
  ASSERT_TRUE(summary.window());
  EXPECT_EQ(summary.window()->begin_ns, 100 * kMs);
  EXPECT_EQ(summary.window()->end_ns, 455 * kMs + kMs / 2);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "output_token_throughput"), 26 / 0.3555);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "input_token_throughput"), 20 / 0.3555);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "total_token_throughput"), 46 / 0.3555);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "request_throughput"), 2 / 0.3555);
  // The duration is another window: first begin to last chunk of ok requests.
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "benchmark_duration"), (205 + 70 - 105) / 1e3);
}

TEST(AiperfSummaryTest, RequestsThatSharedTheServersHaveNoThroughput) {
  const AiperfSummary summary = SampleSummary();
  for (const std::string_view tag : {"output_token_throughput", "input_token_throughput",
                                     "total_token_throughput", "request_throughput"}) {
    EXPECT_FALSE(ValueOf(summary, tag, false)) << tag;
  }
  EXPECT_TRUE(ValueOf(summary, "request_count", false));
}

TEST(AiperfSummaryTest, TotalsAreOfOkRequests) {
  const AiperfSummary summary = SampleSummary();
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "request_count"), 2);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "error_request_count"), 2);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "completed_request_count"), 4);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "request_error_rate"), 50);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "total_osl"), 26);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "total_isl"), 20);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "osl_mismatch_count"), 2);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "total_spec_decode_steps"), 8);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "spec_decode_token_weighted_acceptance_length"), 3);
  EXPECT_DOUBLE_EQ(*ValueOf(summary, "spec_decode_overall_draft_acceptance_rate"), 200.0 / 3);
  EXPECT_EQ(summary.histogram(), (std::vector<uint64_t>{0, 0, 8, 0}));
}

TEST(AiperfSummaryTest, ErrorsOfOneKindAreCounted) {
  AiperfSummary summary = SampleSummary();
  summary.AddRequest(FailedRequest(5));
  const std::vector<AiperfErrorCount> errors = summary.Errors();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].error.code, 503u);
  EXPECT_EQ(errors[0].requests, 2u);
  EXPECT_EQ(errors[1].error.code, 499u);
}

TEST(AiperfSummaryTest, NoRequestHasNoMetric) {
  EXPECT_TRUE(AiperfSummary().Metrics(true).empty());
  EXPECT_FALSE(AiperfSummary().window());
}

TEST(AiperfSummaryTest, EachMetricHasTheUnitAndStatisticsOfAiperfs) {
  const boost::json::object golden = testing::AiperfStructure().at("profile").as_object();
  const std::vector<AiperfMetric> metrics = SampleSummary().Metrics(true);
  EXPECT_GT(metrics.size(), 40u);
  EXPECT_TRUE(std::is_sorted(metrics.begin(), metrics.end(),
                             [](const auto& a, const auto& b) { return a.name.tag < b.name.tag; }));
  for (const AiperfMetric& metric : metrics) {
    const auto* theirs = golden.if_contains(metric.name.tag);
    ASSERT_NE(theirs, nullptr) << metric.name.tag;
    EXPECT_EQ(metric.name.unit, std::string_view(theirs->at("unit").as_string()))
        << metric.name.tag;
    const bool one_value = theirs->at("statistics").as_array().size() == 1;
    EXPECT_EQ(std::holds_alternative<double>(metric.value), one_value) << metric.name.tag;
  }
}

}  // namespace
}  // namespace specctl
