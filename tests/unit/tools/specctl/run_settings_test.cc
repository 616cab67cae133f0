#include "tools/specctl/run_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/tools/specctl/settings_of.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(RunSettingsTest, DefaultsAreThoseOfTheManual) {
  const RunSettings settings = Good({});
  EXPECT_EQ(settings.spec.load.bs, 1u);
  EXPECT_EQ(settings.spec.load.agents, 1u);
  EXPECT_THAT(TargetUrls(settings.spec), ElementsAre(HasSubstr("localhost:8000")));
  EXPECT_EQ(settings.spec.timeouts.request, 600s);
  EXPECT_EQ(settings.spec.timeouts.connect, 10s);
  EXPECT_EQ(settings.spec.timeouts.idle, 60s);
  EXPECT_EQ(settings.spec.load.grace, 30s);
  EXPECT_FALSE(settings.osl_tokens.has_value());
}

TEST(RunSettingsTest, AgentsAreOneForEach256StreamsAndAtMostOneACore) {
  EXPECT_EQ(Good({"--bs", "256"}).spec.load.agents, 1u);
  EXPECT_EQ(Good({"--bs", "257"}).spec.load.agents, 2u);
  EXPECT_EQ(Good({"--bs", "512", "--agents", "16"}).spec.load.agents, 16u);
  EXPECT_EQ(Good({"--bs", "4096"}).spec.load.agents, 4u);
}

TEST(RunSettingsTest, ConcurrencyOutOfRangeIsRefusedByName) {
  EXPECT_THAT(Refusal({"--bs", "0"}), HasSubstr("--bs: need 1 to"));
  EXPECT_THAT(Refusal({"--bs", "8", "--agents", "16"}),
              HasSubstr("--bs: need at least one slot an agent (--agents 16), got 8"));
  EXPECT_THAT(Refusal({"--agents", "0"}), HasSubstr("--agents: need 1 to 1000000, got \"0\""));
  EXPECT_THAT(Refusal({"--bs", "many"}), HasSubstr("--bs"));
  EXPECT_THAT(Refusal({"--bs", "-3"}), HasSubstr("--bs"));
}

// Of numbers that wrap, sign, overflow or are missing (`--bs "$UNSET"`), none may become a load.
TEST(RunSettingsTest, WholeNumbersAreTakenAsTypedOrRefused) {
  for (const std::string flag :
       {"--bs", "--agents", "--requests", "--conversations", "--seed", "--osl", "--gpus"}) {
    for (const std::string value : {"-1", "", "99999999999999999999", "1.5", "abc"}) {
      const std::string refusal = Refusal({flag, value});
      EXPECT_THAT(refusal, StartsWith(flag + ": need "));
      EXPECT_THAT(refusal, HasSubstr(", got \"" + value + "\""));
    }
  }
  for (const std::string flag : {"--bs", "--agents", "--osl", "--gpus"}) {
    EXPECT_THAT(Refusal({flag, "4294967297"}), HasSubstr(", got \"4294967297\""));
  }
  EXPECT_EQ(Good({"--requests", "010"}).spec.load.requests_max, 10u);
  EXPECT_EQ(Good({"--seed", "18446744073709551615"}).spec.load.seed, UINT64_MAX);
  EXPECT_EQ(Good({"--osl", "2147483647"}).osl_tokens, 2147483647u);
}

TEST(RunSettingsTest, LimitsThatExcludeEachOtherAreRefused) {
  EXPECT_THAT(Refusal({"--requests", "5", "--conversations", "5"}),
              HasSubstr("--requests: excludes --conversations"));
  EXPECT_THAT(Refusal({"--requests", "0"}),
              HasSubstr("--requests: need 1 to 1000000000000, got \"0\""));
  EXPECT_THAT(Refusal({"--duration", "0"}), HasSubstr("--duration: need a time above 0"));
  EXPECT_THAT(Refusal({"--duration", "soon"}), HasSubstr("--duration: need a duration like"));
  EXPECT_EQ(Good({"--requests", "5", "--duration", "2m"}).spec.load.duration, 120s);
}

TEST(RunSettingsTest, AiperfsNamesMeanTheSame) {
  const RunSettings settings =
      Good({"--concurrency", "32", "--request-count", "100", "--benchmark-grace-period", "5",
            "--random-seed", "7", "--output-artifact-dir", "/tmp/x", "--streaming",
            "--endpoint-type", "chat", "--tokenizer", "gpt2", "--use-server-token-count"});
  EXPECT_EQ(settings.spec.load.bs, 32u);
  EXPECT_EQ(settings.spec.load.requests_max, 100u);
  EXPECT_EQ(settings.spec.load.grace, 5s);
  EXPECT_EQ(settings.spec.load.seed, 7u);
  EXPECT_THAT(settings.notes,
              ElementsAre(StartsWith("--streaming"), StartsWith("--use-server-token-count"),
                          StartsWith("--tokenizer"), StartsWith("--endpoint-type")));
}

TEST(RunSettingsTest, WhatIsPlannedIsRefusedByName) {
  EXPECT_THAT(Refusal({"--request-rate", "5"}),
              HasSubstr("--request-rate: planned, and not built"));
  EXPECT_THAT(Refusal({"--goodput", "ttft:500"}), HasSubstr("--goodput"));
}

TEST(RunSettingsTest, TemperatureIsANumberOrTheServers) {
  EXPECT_EQ(Good({"--temperature", "0.7"}).spec.request.temperature, 0.7);
  EXPECT_FALSE(Good({"--temperature", "server"}).spec.request.temperature.has_value());
  EXPECT_THAT(Refusal({"--temperature", "hot"}), HasSubstr("--temperature: need a number"));
  EXPECT_THAT(Refusal({"--temperature", "-1"}), HasSubstr("--temperature: need a number"));
}

TEST(RunSettingsTest, MaxFailedIsAShare) {
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "5%"}).spec.load.failed_share_max, 0.05);
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "0.2"}).spec.load.failed_share_max, 0.2);
  EXPECT_THAT(Refusal({"--max-failed", "10"}), HasSubstr("--max-failed: need a share"));
}

TEST(RunSettingsTest, LikeTakesAllButWhatIsGiven) {
  Surroundings surroundings;
  RunSpec spec;
  spec.run_id = "old";
  spec.load.bs = 64;
  spec.load.agents = 4;
  spec.load.requests_max = 10;
  spec.request.osl_tokens = 77;
  spec.targets = {{.url = "http://a:1"}};
  spec.dataset.name = "spec_bench";
  surroundings.like = spec;
  const auto settings = Settings({"--conversations", "3"}, surroundings);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->spec.run_id, "id");
  EXPECT_EQ(settings->spec.load.bs, 64u);
  EXPECT_EQ(settings->spec.load.agents, 4u);
  EXPECT_FALSE(settings->spec.load.requests_max.has_value());
  EXPECT_EQ(settings->spec.load.conversations_max, 3u);
  EXPECT_EQ(settings->osl_tokens, 77u);
  EXPECT_THAT(TargetUrls(settings->spec), ElementsAre("http://a:1"));
  EXPECT_EQ(settings->dataset.dataset, "spec_bench");
}

TEST(RunSettingsTest, LikeKeepsSwitchesThatAreNotGiven) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->request.ignore_eos = true;
  surroundings.like->save_text = true;
  surroundings.like->tls.insecure = true;
  const RunSettings kept = Good({}, surroundings);
  EXPECT_TRUE(kept.spec.request.ignore_eos);
  EXPECT_TRUE(kept.spec.save_text);
  EXPECT_TRUE(kept.spec.tls.insecure);
  const RunSettings changed = Good({"--ignore-eos=false", "--save-text"}, surroundings);
  EXPECT_FALSE(changed.spec.request.ignore_eos);
  EXPECT_TRUE(changed.spec.save_text);
}

TEST(RunSettingsTest, LikeKeepsTheNamedSelectionOfAFile) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->dataset = {.name = "speed_bench_coding",
                                .path = "/d/mine.jsonl",
                                .format = "speed_bench_messages",
                                .sha256 = "a",
                                .rows = 80};
  const auto settings = Settings({}, surroundings);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->dataset.dataset, "speed_bench_coding");
  EXPECT_EQ(settings->dataset.file, "/d/mine.jsonl");
  Dataset now;
  now.identity = surroundings.like->dataset;
  EXPECT_TRUE(CheckDatasetOfLike({}, surroundings.like, now).ok());
  now.identity.rows = 880;
  EXPECT_THAT(std::string(CheckDatasetOfLike({}, surroundings.like, now).message()),
              HasSubstr("is not what that run read"));
  RunFlags named;
  named.dataset = "other.jsonl";
  EXPECT_TRUE(CheckDatasetOfLike(named, surroundings.like, now).ok());
}

TEST(RunSettingsTest, LikeKeepsTheMetricsThatWereNamedAndNoOthers) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->metrics_urls = {"http://a:1/metrics"};
  EXPECT_THAT(Settings({}, surroundings)->named_metrics_urls, ElementsAre());
  surroundings.like->metrics_urls_named = true;
  const auto kept = Settings({}, surroundings);
  EXPECT_THAT(kept->named_metrics_urls, ElementsAre("http://a:1/metrics"));
  EXPECT_TRUE(kept->spec.metrics_urls_named);
  const auto other = Settings({"--server-metrics", "http://b:2/metrics"}, surroundings);
  EXPECT_THAT(other->named_metrics_urls, ElementsAre("http://b:2/metrics"));
  const auto none = Settings({"--no-server-metrics"}, surroundings);
  EXPECT_THAT(none->named_metrics_urls, ElementsAre());
}

TEST(RunSettingsTest, TheDatasetDecidesLengthAndTemperature) {
  Dataset dataset;
  RunSettings settings = Good({});
  dataset.family = DatasetFamily::kSpeedBench;
  SettleByDataset(dataset, settings);
  EXPECT_EQ(settings.spec.request.osl_tokens, 4096u);
  EXPECT_EQ(settings.spec.request.temperature, 0.0);
  settings = Good({});
  dataset.family = DatasetFamily::kFile;
  SettleByDataset(dataset, settings);
  EXPECT_EQ(settings.spec.request.osl_tokens, 1024u);
  EXPECT_FALSE(settings.spec.request.temperature.has_value());
}

TEST(RunSettingsTest, OtherBadValuesNameTheirFlag) {
  EXPECT_THAT(Refusal({"--url", "ftp://x"}), HasSubstr("--url"));
  EXPECT_THAT(Refusal({"--url", "http://a:1,http://b:1,http://a:1/v1"}),
              HasSubstr("--url: http://a:1 is named twice"));
  EXPECT_THAT(Refusal({"--server-metrics", "http://a:1/metrics,http://a:1/metrics"}),
              HasSubstr("--server-metrics: http://a:1/metrics is named twice"));
  EXPECT_THAT(Refusal({"--url-policy", "fair"}), HasSubstr("--url-policy: need round_robin"));
  EXPECT_THAT(Refusal({"--endpoint", "embeddings"}), HasSubstr("--endpoint: need chat"));
  EXPECT_THAT(Refusal({"--tag", "novalue"}), HasSubstr("--tag: need k=v"));
  EXPECT_THAT(Refusal({"--timeout", "0"}), HasSubstr("--timeout: need a time above 0"));
  EXPECT_THAT(Refusal({"--osl", "0"}), HasSubstr("--osl: need 1 to 2147483647, got \"0\""));
  EXPECT_THAT(Refusal({"--gpus", "0"}), HasSubstr("--gpus: need 1 to 1000000, got \"0\""));
  EXPECT_THAT(Refusal({"--dataset-format", "csv"}), HasSubstr("--dataset-format"));
  EXPECT_THAT(Refusal({"--dataset", "a", "--input-file", "b"}), HasSubstr("--dataset: excludes"));
  EXPECT_THAT(Refusal({"--no-server-metrics", "--server-metrics", "http://a/m"}),
              HasSubstr("--server-metrics: excludes"));
  EXPECT_THAT(Refusal({"--dry-run", "--format", "json"}),
              HasSubstr("--dry-run: excludes --format json"));
  EXPECT_THAT(Refusal({"--bogus"}), HasSubstr("--bogus"));
}

}  // namespace
}  // namespace specctl::cli
