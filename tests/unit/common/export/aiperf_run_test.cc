#include "common/export/aiperf_run.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

TEST(AiperfRunTest, TimesAreNaiveAndInMicroseconds) {
  EXPECT_EQ(AiperfTime(1'795'344'474'636'822'586), "2026-11-22T10:47:54.636822");
  EXPECT_EQ(AiperfTime(0), "1970-01-01T00:00:00.000000");
}

TEST(AiperfRunTest, ARunHasOneIdOfTwelveDigits) {
  const std::string id = AiperfBenchmarkId("20261122-101410-7f3a");
  EXPECT_EQ(id.size(), 12u);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(id, AiperfBenchmarkId("20261122-101410-7f3a"));
  EXPECT_NE(id, AiperfBenchmarkId("20261122-101410-7f3b"));
}

TEST(AiperfRunTest, NamesOfDatasetsAreAiperfs) {
  const auto name_of = [](std::string name, std::string_view category) {
    DatasetIdentity dataset;
    dataset.name = std::move(name);
    return AiperfDatasetName(dataset, category);
  };
  EXPECT_EQ(name_of("speed_bench_qualitative", ""), "speed_bench_qualitative");
  EXPECT_EQ(name_of("speed_bench_qualitative", "math"), "speed_bench_math");
  EXPECT_EQ(name_of("speed_bench_math", "math"), "speed_bench_math");
  EXPECT_EQ(name_of("speed_bench_throughput_2k", "mixed"), "speed_bench_throughput_2k_mixed");
  EXPECT_EQ(name_of("speed_bench_throughput_2k_mixed", "mixed"), "speed_bench_throughput_2k_mixed");
  EXPECT_EQ(name_of("mine.jsonl", "coding"), "speed_bench_coding");
  EXPECT_EQ(name_of("mine.jsonl", ""), "multi_turn");
}

boost::json::object ConfigOf(const RunSpec& spec) {
  AiperfRun run;
  run.spec = &spec;
  run.model = "m";
  run.dataset = "speed_bench_math";
  JsonWriter json;
  json.BeginObject();
  WriteAiperfInputConfig(run, json);
  json.EndObject();
  return boost::json::parse(std::move(json).Take()).at("input_config").as_object();
}

TEST(AiperfRunTest, TheReportFindsModelAndCategory) {
  const auto config = ConfigOf(testing::SampleSpec());
  EXPECT_EQ(config.at("models").at("items").at(0).at("name").as_string(), "m");
  EXPECT_EQ(config.at("datasets").at(0).at("format").as_string(), "speed_bench_math");
  EXPECT_EQ(config.at("endpoint").at("urls").as_array().size(), 2u);
  EXPECT_EQ(config.at("endpoint").at("extra").at("temperature").to_number<double>(), 0);
}

TEST(AiperfRunTest, APhaseHasAlwaysALimit) {
  RunSpec spec = testing::SampleSpec();
  // The whole dataset, once.
  EXPECT_EQ(ConfigOf(spec).at("phases").at(0).at("sessions").as_int64(), 1536);
  spec.load.duration = std::chrono::seconds(30);
  EXPECT_EQ(ConfigOf(spec).at("phases").at(0).at("duration").to_number<double>(), 30);
  EXPECT_FALSE(ConfigOf(spec).at("phases").at(0).as_object().contains("sessions"));
  spec.load.warmup = std::chrono::seconds(5);
  EXPECT_EQ(ConfigOf(spec).at("phases").as_array().size(), 2u);
  EXPECT_EQ(ConfigOf(spec).at("phases").at(0).at("kind").as_string(), "warmup");
}

}  // namespace
}  // namespace specctl
