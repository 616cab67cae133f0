#include "common/export/aiperf_server_metrics.h"

#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "tests/unit/common/export/aiperf_structure.h"
#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::boost::json::object;
using ::testing::HasSubstr;

AcceptanceFigures OfStatistics(std::vector<TargetSteps> steps) {
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kPerRequest;
  acceptance.drafts = 0;
  for (const TargetSteps& target : steps) *acceptance.drafts += target.drafts;
  acceptance.steps_by_target = std::move(steps);
  return acceptance;
}

object JsonOf(const AiperfServerMetrics& metrics,
              const std::optional<ServerFigures>& servers = std::nullopt) {
  static const RunSpec spec = testing::SampleSpec();
  AiperfRun run;
  run.spec = &spec;
  run.model = "m";
  run.dataset = "speed_bench_math";
  run.profiling = AiperfSummary::Window{.begin_ns = 0, .end_ns = 1'000'000'000};
  return boost::json::parse(AiperfServerMetricsJson(run, metrics, servers)).as_object();
}

// What AIPerf's report reads: the first series.
std::optional<int64_t> TotalOf(const object& file, std::string_view counter) {
  const object& metrics = file.at("metrics").as_object();
  if (!metrics.contains(counter)) return std::nullopt;
  return metrics.at(counter).at("series").at(0).at("stats").at("total").to_number<int64_t>();
}

constexpr std::string_view kDrafts = "vllm:spec_decode_num_drafts",
                           kDrafted = "vllm:spec_decode_num_draft_tokens",
                           kAccepted = "vllm:spec_decode_num_accepted_tokens";

TEST(AiperfServerMetricsTest, TheSumOfAllTargetsComesFirst) {
  const auto made = MetricsOfRequests(OfStatistics({{.target = 0,
                                                     .steps = 110,
                                                     .delivered = 300,
                                                     .drafts = 100,
                                                     .drafted = 300,
                                                     .accepted = 190},
                                                    {.target = 1,
                                                     .steps = 50,
                                                     .delivered = 120,
                                                     .drafts = 50,
                                                     .drafted = 150,
                                                     .accepted = 70}}),
                                      "requests of category math", testing::SampleSpec());
  const object file = JsonOf(made);
  EXPECT_EQ(TotalOf(file, kDrafts), 150);
  EXPECT_EQ(TotalOf(file, kDrafted), 450);
  EXPECT_EQ(TotalOf(file, kAccepted), 260);
  const auto& series = file.at("metrics").at(kDrafts).at("series").as_array();
  ASSERT_EQ(series.size(), 3u);
  EXPECT_EQ(series[0].at("endpoint_url").as_string(), "merged");
  EXPECT_EQ(series[2].at("endpoint_url").as_string(), "http://vllm-1:8000");
  EXPECT_EQ(series[2].at("stats").at("total").as_int64(), 50);
  const auto& notes = file.at("specctl").at("notes").as_array();
  EXPECT_EQ(notes[0].as_string(), "acceptance_source: per_request");
  EXPECT_THAT(std::string(notes[1].as_string()),
              HasSubstr("no server's counters, but sums over ok requests of category math"));
}

TEST(AiperfServerMetricsTest, OneTargetIsOneSeries) {
  const object file = JsonOf(MetricsOfRequests(
      OfStatistics(
          {{.target = 0, .steps = 1, .delivered = 1, .drafts = 1, .drafted = 3, .accepted = 0}}),
      "requests", testing::SampleSpec()));
  EXPECT_EQ(file.at("metrics").at(kDrafts).at("series").as_array().size(), 1u);
  EXPECT_EQ(TotalOf(file, kAccepted), 0);
}

TEST(AiperfServerMetricsTest, ChunksTellStepsAndNoDraftedTokens) {
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kChunks;
  acceptance.steps_by_target = {{.target = 0, .steps = 100, .delivered = 260}};
  const auto made = MetricsOfRequests(acceptance, "requests", testing::SampleSpec());
  const object file = JsonOf(made);
  EXPECT_EQ(TotalOf(file, kDrafts), 100);
  EXPECT_EQ(TotalOf(file, kAccepted), 160);
  EXPECT_FALSE(TotalOf(file, kDrafted));
  EXPECT_THAT(made.notes.at(0), HasSubstr("how many tokens were drafted is unknown"));
}

TEST(AiperfServerMetricsTest, TimingsTellTokensDraftedAndSteps) {
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kTimings;
  acceptance.accept_rate = Estimate{0.5, {}, {}};
  acceptance.steps_by_target = {
      {.target = 0, .steps = 100, .delivered = 250, .drafts = 0, .drafted = 300, .accepted = 150}};
  const auto made = MetricsOfRequests(acceptance, "requests", testing::SampleSpec());
  EXPECT_EQ(TotalOf(JsonOf(made), kDrafts), 100);
  EXPECT_EQ(TotalOf(JsonOf(made), kDrafted), 300);
  EXPECT_EQ(TotalOf(JsonOf(made), kAccepted), 150);
  EXPECT_THAT(made.notes.at(0), HasSubstr("num_drafts is the number of decoding steps"));
}

// TensorRT-LLM tells how many steps there were.
TEST(AiperfServerMetricsTest, StatisticsOfStepsAloneTellWhatWasAccepted) {
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kPerRequest;
  acceptance.steps_by_target = {
      {.target = 0, .steps = 100, .delivered = 250, .drafts = 0, .drafted = 0, .accepted = 152}};
  const auto made = MetricsOfRequests(acceptance, "requests", testing::SampleSpec());
  EXPECT_EQ(TotalOf(JsonOf(made), kDrafts), 100);
  EXPECT_EQ(TotalOf(JsonOf(made), kAccepted), 152);
  EXPECT_FALSE(TotalOf(JsonOf(made), kDrafted));
}

TEST(AiperfServerMetricsTest, WhatOneTargetDoesNotTellHasNoSum) {
  AcceptanceFigures acceptance;
  acceptance.source = AcceptanceSource::kMixed;
  acceptance.steps_by_target = {
      {.target = 0, .steps = 100, .delivered = 250, .drafts = 0, .drafted = 300, .accepted = 150},
      {.target = 1, .steps = 10, .delivered = 20}};
  const object file = JsonOf(MetricsOfRequests(acceptance, "requests", testing::SampleSpec()));
  EXPECT_EQ(TotalOf(file, kDrafts), 110);
  EXPECT_EQ(TotalOf(file, kAccepted), 160);
  EXPECT_FALSE(TotalOf(file, kDrafted));
}

TEST(AiperfServerMetricsTest, WithoutAcceptanceThereAreNoCounters) {
  const auto made = MetricsOfRequests(std::nullopt, "requests", testing::SampleSpec());
  EXPECT_TRUE(made.metrics.empty());
  EXPECT_TRUE(JsonOf(made).at("metrics").as_object().empty());
}

ServerFigures TwoServers() {
  ServerFigures servers;
  for (uint32_t i = 0; i < 2; ++i) {
    TargetCounters target;
    target.metrics = i;
    target.url = "http://vllm-" + std::to_string(i) + ":8000/metrics";
    target.counters.generated_tokens = 1000;
    target.counters.drafts = 300;
    target.counters.drafted_tokens = 900;
    target.counters.accepted_tokens = 450;
    target.counters.accepted_by_position = {200, 150, 100};
    servers.targets.push_back(target);
  }
  servers.sums.generated_tokens = 2000;
  servers.sums.drafts = 600;
  servers.sums.drafted_tokens = 1800;
  servers.sums.accepted_tokens = 900;
  servers.sums.accepted_by_position = {400, 300, 200};
  servers.running = GaugeSummary{.mean = 7.5, .max = 8};
  return servers;
}

TEST(AiperfServerMetricsTest, KeysTypesAndUnitsAreAiperfs) {
  const object golden = testing::AiperfStructure();
  object file =
      JsonOf(MetricsOfServers(TwoServers(), std::nullopt, testing::SampleSpec()), TwoServers());
  file.erase("specctl");
  for (const auto& [key, value] : file) {
    const auto* type = golden.at("server").as_object().if_contains(key);
    ASSERT_NE(type, nullptr) << key;
    EXPECT_EQ(testing::TypeOf(value), std::string_view(type->as_string())) << key;
  }
  for (const auto& [name, metric] : file.at("metrics").as_object()) {
    const auto* theirs = golden.at("server_metrics").as_object().if_contains(name);
    ASSERT_NE(theirs, nullptr) << name;
    EXPECT_EQ(metric.at("type"), theirs->at("type")) << name;
    const auto* unit = metric.as_object().if_contains("unit");
    EXPECT_EQ(unit == nullptr ? boost::json::value("") : *unit, theirs->at("unit")) << name;
    for (const auto& [key, value] : metric.at("series").at(0).at("stats").as_object()) {
      EXPECT_THAT(boost::json::serialize(theirs->at("statistics")), HasSubstr(std::string(key)))
          << name;
    }
  }
  EXPECT_EQ(file.at("schema_version").as_string(), "1.1");
  EXPECT_EQ(file.at("summary").at("endpoints_successful").as_array().size(), 2u);
}

TEST(AiperfServerMetricsTest, ATargetWithoutMetricsIsNoEndpoint) {
  RunSpec spec = testing::SampleSpec();
  spec.metrics_urls[0].clear();
  AiperfRun run;
  run.spec = &spec;
  const auto file = boost::json::parse(AiperfServerMetricsJson(run, {}, std::nullopt));
  const auto& configured = file.at("summary").at("endpoints_configured").as_array();
  ASSERT_EQ(configured.size(), 1u);
  EXPECT_EQ(configured[0].as_string(), "http://vllm-1:8000/metrics");
}

TEST(AiperfServerMetricsTest, CountersOfServersGoBeforeThoseOfRequests) {
  const auto of_requests = OfStatistics(
      {{.target = 0, .steps = 1, .delivered = 1, .drafts = 1, .drafted = 3, .accepted = 0}});
  const auto made = MetricsOfServers(TwoServers(), of_requests, testing::SampleSpec());
  EXPECT_EQ(made.acceptance_source, "counters");
  EXPECT_EQ(TotalOf(JsonOf(made), kDrafts), 600);
  // An engine that counts no drafts, or no metrics at all.
  ServerFigures plain = TwoServers();
  for (TargetCounters& target : plain.targets) target.counters.drafts.reset();
  EXPECT_EQ(TotalOf(JsonOf(MetricsOfServers(plain, of_requests, testing::SampleSpec())), kDrafts),
            1);
  const auto without = MetricsOfServers(std::nullopt, of_requests, testing::SampleSpec());
  EXPECT_EQ(TotalOf(JsonOf(without), kDrafted), 3);
  EXPECT_EQ(without.acceptance_source, "per_request");
}

TEST(AiperfServerMetricsTest, ASumIsOfTheServersThatCountDraftsAndAcceptedTokens) {
  ServerFigures servers = TwoServers();
  servers.targets[1].counters.drafts.reset();
  const auto made = MetricsOfServers(servers, std::nullopt, testing::SampleSpec());
  EXPECT_EQ(TotalOf(JsonOf(made), kDrafts), 300);
  EXPECT_EQ(TotalOf(JsonOf(made), kAccepted), 450);
  EXPECT_EQ(TotalOf(JsonOf(made), "vllm:generation_tokens"), 2000);
  EXPECT_THAT(made.notes, ::testing::Contains("Counters of drafts: of 1 of 2 servers."));
}

TEST(AiperfServerMetricsTest, BehindAnAddressThatAlternatesNothingIsCounted) {
  ServerFigures servers = TwoServers();
  servers.alternating = {{"http://vllm-0:8000/metrics", 5}};
  EXPECT_TRUE(
      MetricsOfServers(servers, std::nullopt, testing::SampleSpec()).acceptance_source.empty());
}

// The hand-made set: its counters, written by us, give the cells that AIPerf 0.13.0 printed.
TEST(AiperfServerMetricsTest, CountersGiveTheCellsThatAiperfPrinted) {
  const char* root = std::getenv("SPECCTL_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  const std::string dir = std::string(root) + "/../shared/data/aiperf/minimal/";
  if (!std::filesystem::exists(dir)) GTEST_SKIP() << dir << " is not here";
  std::string lengths = "Model,coding,math,writing,Overall\r\n", rates = lengths;
  for (const std::string model : {"model-a", "model-b"}) {
    lengths += "example/" + model;
    rates += "example/" + model;
    double length_sum = 0, rate_sum = 0;
    const auto add = [](double value, std::string& line) {
      char cell[32];
      std::snprintf(cell, sizeof cell, ",%.2f", value);
      line += cell;
    };
    for (const std::string category : {"coding", "math", "writing"}) {
      const object theirs =
          boost::json::parse(testing::ReadAll(dir + "per_category/" + model + "_" + category +
                                              "/server_metrics_export.json"))
              .as_object();
      const auto count = [&](std::string_view name) {
        return static_cast<uint64_t>(*TotalOf(theirs, name));
      };
      const object ours = JsonOf(MetricsOfRequests(OfStatistics({{.target = 0,
                                                                  .steps = 0,
                                                                  .delivered = 0,
                                                                  .drafts = count(kDrafts),
                                                                  .drafted = count(kDrafted),
                                                                  .accepted = count(kAccepted)}}),
                                                   "requests", testing::SampleSpec()));
      const auto accepted = static_cast<double>(*TotalOf(ours, kAccepted));
      const double length = 1 + accepted / static_cast<double>(*TotalOf(ours, kDrafts));
      const double rate = accepted / static_cast<double>(*TotalOf(ours, kDrafted));
      add(length, lengths);
      add(rate, rates);
      length_sum += length;
      rate_sum += rate;
    }
    add(length_sum / 3, lengths);
    add(rate_sum / 3, rates);
    lengths += "\r\n";
    rates += "\r\n";
  }
  EXPECT_EQ(lengths, testing::ReadAll(dir + "expected/per_category.accept_length.csv"));
  EXPECT_EQ(rates, testing::ReadAll(dir + "expected/per_category.accept_rate.csv"));
}

}  // namespace
}  // namespace specctl
