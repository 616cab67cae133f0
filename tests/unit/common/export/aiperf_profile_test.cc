#include "common/export/aiperf_profile.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "tests/unit/common/export/aiperf_structure.h"
#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Sample {
  Sample() {
    summary.AddRequest(testing::OkRequest(1));
    summary.AddRequest(testing::CancelledRequest(2));
    run.spec = &spec;
    run.model = "m";
    run.dataset = "speed_bench_math";
    run.t0_unix_ns = testing::kUnixT0;
    run.verdict = "valid";
    run.profiling = summary.window();
    profile.profiling = &summary;
    profile.metrics = summary.Metrics(true);
    profile.notes = {"a note"};
  }
  RunSpec spec = testing::SampleSpec();
  AiperfSummary summary;
  AiperfRun run;
  AiperfProfile profile;
};

TEST(AiperfProfileTest, KeysTypesAndUnitsAreAiperfs) {
  const object golden = testing::AiperfStructure();
  Sample sample;
  object profile = boost::json::parse(AiperfProfileJson(sample.run, sample.profile)).as_object();
  // Whose file it is: the one key that is not AIPerf's.
  EXPECT_EQ(profile.at("specctl").at("run_id").as_string(), "20261122-101410-7f3a");
  EXPECT_EQ(profile.at("specctl").at("verdict").as_string(), "valid");
  EXPECT_EQ(profile.at("specctl").at("notes").at(0).as_string(), "a note");
  profile.erase("specctl");
  for (const auto& [key, value] : profile) {
    if (const auto* type = golden.at("profile_other").as_object().if_contains(key)) {
      EXPECT_EQ(testing::TypeOf(value), std::string_view(type->as_string())) << key;
      continue;
    }
    const auto* metric = golden.at("profile").as_object().if_contains(key);
    ASSERT_NE(metric, nullptr) << key;
    EXPECT_EQ(value.at("unit"), metric->at("unit")) << key;
    boost::json::array statistics;
    for (const auto& [name, number] : value.as_object()) {
      if (name != "unit") statistics.emplace_back(name);
    }
    EXPECT_EQ(boost::json::value(statistics), metric->at("statistics")) << key;
  }
  EXPECT_EQ(profile.at("schema_version").as_string(), "1.4");
  EXPECT_EQ(profile.at("start_time").as_string(), "2026-11-22T10:14:15.100000");
}

TEST(AiperfProfileTest, ErrorsAndHistogramAreThere) {
  Sample sample;
  const auto profile = boost::json::parse(AiperfProfileJson(sample.run, sample.profile));
  EXPECT_EQ(profile.at("error_summary").at(0).at("count").as_int64(), 1);
  EXPECT_EQ(profile.at("error_summary").at(0).at("error_details").at("code").as_int64(), 499);
  EXPECT_EQ(profile.at("pooled_spec_decode_acceptance_histogram"), boost::json::value({{"2", 3}}));
  EXPECT_TRUE(profile.at("is_complete").as_bool());
}

TEST(AiperfProfileTest, ARunThatBrokeOffIsIncomplete) {
  Sample sample;
  sample.run.interrupted = true;
  sample.run.incomplete_reason = "interrupted";
  sample.profile.warmup = sample.profile.metrics;
  const auto profile = boost::json::parse(AiperfProfileJson(sample.run, sample.profile));
  EXPECT_TRUE(profile.at("was_cancelled").as_bool());
  EXPECT_FALSE(profile.at("is_complete").as_bool());
  EXPECT_EQ(profile.at("incomplete_reason").as_string(), "interrupted");
  EXPECT_TRUE(profile.at("warmup_metrics").as_object().contains("request_latency"));
}

TEST(AiperfProfileTest, TheCsvHasTheLabelsOfAiperfs) {
  Sample sample;
  const std::string csv = AiperfProfileCsv(sample.profile);
  EXPECT_THAT(csv, StartsWith("Metric,avg,min,max,sum,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\n"));
  EXPECT_THAT(csv, HasSubstr("Request Latency (ms),50.00,50.00,50.00,50.00,"));
  EXPECT_THAT(csv, HasSubstr("\nSpec Decode Steps,3.00,"));
  EXPECT_THAT(csv, HasSubstr("\n\nMetric,Value\n"));
  EXPECT_THAT(csv, HasSubstr("\nRequest Count,1.00\n"));
  EXPECT_THAT(csv, HasSubstr("\nTotal Output Tokens (tokens),10.00\n"));
}

}  // namespace
}  // namespace specctl
