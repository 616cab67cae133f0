#include "tools/specctl/run_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/unit/tools/specctl/request_of.h"

namespace specctl::cli {
namespace {

using controller::MeasureRequest;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(RunRequestTest, DefaultsAreThoseOfTheManual) {
  const MeasureRequest request = Good({});
  EXPECT_EQ(request.spec.load.bs, 1u);
  EXPECT_FALSE(request.agents.has_value());
  EXPECT_THAT(TargetUrls(request.spec), ElementsAre(HasSubstr("localhost:8000")));
  EXPECT_EQ(request.spec.timeouts.request, 600s);
  EXPECT_EQ(request.spec.timeouts.connect, 10s);
  EXPECT_EQ(request.spec.timeouts.idle, 60s);
  EXPECT_EQ(request.spec.load.grace, 30s);
  EXPECT_FALSE(request.osl_tokens.has_value());
}

TEST(RunRequestTest, AgentsAreOpenUnlessTheyAreGiven) {
  EXPECT_EQ(Good({"--bs", "512"}).agents, std::nullopt);
  EXPECT_EQ(Good({"--bs", "512", "--agents", "16"}).agents, 16u);
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->load = {.bs = 64, .agents = 4};
  EXPECT_EQ(Good({}, surroundings).agents, 4u);
  EXPECT_EQ(Good({"--bs", "128"}, surroundings).agents, std::nullopt);
  EXPECT_EQ(Good({"--agents", "2"}, surroundings).agents, 2u);
}

TEST(RunRequestTest, ConcurrencyOutOfRangeIsRefusedByName) {
  EXPECT_THAT(Refusal({"--bs", "0"}), HasSubstr("--bs: need 1 to"));
  EXPECT_THAT(Refusal({"--agents", "0"}), HasSubstr("--agents: need 1 to 1000000, got \"0\""));
  EXPECT_THAT(Refusal({"--bs", "many"}), HasSubstr("--bs"));
  EXPECT_THAT(Refusal({"--bs", "-3"}), HasSubstr("--bs"));
}

// Of numbers that wrap, sign, overflow or are missing (`--bs "$UNSET"`), none may become a load.
TEST(RunRequestTest, WholeNumbersAreTakenAsTypedOrRefused) {
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

TEST(RunRequestTest, LimitsThatExcludeEachOtherAreRefused) {
  EXPECT_THAT(Refusal({"--requests", "5", "--conversations", "5"}),
              HasSubstr("--requests: excludes --conversations"));
  EXPECT_THAT(Refusal({"--requests", "0"}),
              HasSubstr("--requests: need 1 to 1000000000000, got \"0\""));
  EXPECT_THAT(Refusal({"--duration", "0"}), HasSubstr("--duration: need a time above 0"));
  EXPECT_THAT(Refusal({"--duration", "soon"}), HasSubstr("--duration: need a duration like"));
  EXPECT_EQ(Good({"--requests", "5", "--duration", "2m"}).spec.load.duration, 120s);
}

TEST(RunRequestTest, AiperfsNamesMeanTheSame) {
  const MeasureRequest request =
      Good({"--concurrency", "32", "--request-count", "100", "--benchmark-grace-period", "5",
            "--random-seed", "7", "--output-artifact-dir", "/tmp/x", "--streaming",
            "--endpoint-type", "chat", "--tokenizer", "gpt2", "--use-server-token-count"});
  EXPECT_EQ(request.spec.load.bs, 32u);
  EXPECT_EQ(request.spec.load.requests_max, 100u);
  EXPECT_EQ(request.spec.load.grace, 5s);
  EXPECT_EQ(request.spec.load.seed, 7u);
  EXPECT_THAT(request.notes,
              ElementsAre(StartsWith("--streaming"), StartsWith("--use-server-token-count"),
                          StartsWith("--tokenizer"), StartsWith("--endpoint-type")));
}

TEST(RunRequestTest, WhatIsPlannedIsRefusedByName) {
  EXPECT_THAT(Refusal({"--request-rate", "5"}),
              HasSubstr("--request-rate: planned, and not built"));
  EXPECT_THAT(Refusal({"--goodput", "ttft:500"}), HasSubstr("--goodput"));
}

TEST(RunRequestTest, TemperatureIsANumberOrTheServers) {
  EXPECT_EQ(Good({"--temperature", "0.7"}).spec.request.temperature, 0.7);
  EXPECT_FALSE(Good({"--temperature", "server"}).spec.request.temperature.has_value());
  EXPECT_THAT(Refusal({"--temperature", "hot"}), HasSubstr("--temperature: need a number"));
  EXPECT_THAT(Refusal({"--temperature", "-1"}), HasSubstr("--temperature: need a number"));
}

TEST(RunRequestTest, MaxFailedIsAShare) {
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "5%"}).spec.load.failed_share_max, 0.05);
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "0.2"}).spec.load.failed_share_max, 0.2);
  EXPECT_THAT(Refusal({"--max-failed", "10"}), HasSubstr("--max-failed: need a share"));
}

TEST(RunRequestTest, LikeTakesAllButWhatIsGiven) {
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
  const auto request = RequestOfLine({"--conversations", "3"}, surroundings);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->spec.run_id, "id");
  EXPECT_EQ(request->spec.load.bs, 64u);
  EXPECT_EQ(request->agents, 4u);
  EXPECT_FALSE(request->spec.load.requests_max.has_value());
  EXPECT_EQ(request->spec.load.conversations_max, 3u);
  EXPECT_EQ(request->osl_tokens, 77u);
  EXPECT_THAT(TargetUrls(request->spec), ElementsAre("http://a:1"));
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).dataset, "spec_bench");
}

TEST(RunRequestTest, LikeKeepsSwitchesThatAreNotGiven) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->request.ignore_eos = true;
  surroundings.like->save_text = true;
  surroundings.like->tls.insecure = true;
  const MeasureRequest kept = Good({}, surroundings);
  EXPECT_TRUE(kept.spec.request.ignore_eos);
  EXPECT_TRUE(kept.spec.save_text);
  EXPECT_TRUE(kept.spec.tls.insecure);
  const MeasureRequest changed = Good({"--ignore-eos=false", "--save-text"}, surroundings);
  EXPECT_FALSE(changed.spec.request.ignore_eos);
  EXPECT_TRUE(changed.spec.save_text);
}

TEST(RunRequestTest, LikeKeepsTheNamedSelectionOfAFile) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->dataset = {.name = "speed_bench_coding",
                                .path = "/d/mine.jsonl",
                                .format = "speed_bench_messages",
                                .sha256 = "a",
                                .rows = 80};
  const auto request = RequestOfLine({}, surroundings);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).dataset, "speed_bench_coding");
  EXPECT_EQ(std::get<DatasetRequest>(request->prompts).file, "/d/mine.jsonl");
  EXPECT_EQ(request->prompts_before->rows, 80u);
  EXPECT_FALSE(Good({"--dataset", "other.jsonl"}, surroundings).prompts_before.has_value());
}

TEST(RunRequestTest, LikeKeepsTheMetricsThatWereNamedAndNoOthers) {
  Surroundings surroundings;
  surroundings.like = RunSpec{};
  surroundings.like->metrics_urls = {"http://a:1/metrics"};
  EXPECT_THAT(RequestOfLine({}, surroundings)->named_metrics_urls, ElementsAre());
  surroundings.like->metrics_urls_named = true;
  const auto kept = RequestOfLine({}, surroundings);
  EXPECT_THAT(kept->named_metrics_urls, ElementsAre("http://a:1/metrics"));
  EXPECT_TRUE(kept->spec.metrics_urls_named);
  const auto other = RequestOfLine({"--server-metrics", "http://b:2/metrics"}, surroundings);
  EXPECT_THAT(other->named_metrics_urls, ElementsAre("http://b:2/metrics"));
  const auto none = RequestOfLine({"--no-server-metrics"}, surroundings);
  EXPECT_THAT(none->named_metrics_urls, ElementsAre());
}

TEST(RunRequestTest, OtherBadValuesNameTheirFlag) {
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
