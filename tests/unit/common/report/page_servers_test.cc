#include "common/report/page_servers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string LinesOf(const ServerFigures& servers) {
  Results results;
  results.servers = servers;
  std::string out;
  AppendServers(results, out);
  return out;
}

TEST(PageServersTest, WhyThereAreNoCountersIsSaidOnce) {
  Results results;
  results.metrics_failures = {{.url = "http://a", .text = "/metrics answers 404"},
                              {.url = "http://b", .text = "/metrics answers 404"}};
  std::string out;
  AppendServers(results, out);
  EXPECT_EQ(out, "servers   no counters: /metrics answers 404\n");
}

TEST(PageServersTest, CountersThatWereNotAskedForAreNoFault) {
  Results results;
  results.spec.server_metrics = false;
  std::string out;
  AppendServers(results, out);
  EXPECT_EQ(out, "servers   counters not read (--no-server-metrics)\n");
}

TEST(PageServersTest, FailedScrapesShowTheirShareAndWhy) {
  Results results = testing::FullResults();
  results.servers->scrapes_failed = 3;
  results.servers->resets = 1;
  results.metrics_failures = {{.url = "http://a/metrics", .text = "status 401", .scrapes = 3}};
  std::string out;
  AppendServers(results, out);
  EXPECT_THAT(out, HasSubstr("1 counter reset"));
  EXPECT_THAT(out, HasSubstr("3 of 172 scrapes failed"));
  EXPECT_THAT(out, HasSubstr("servers   status 401 (3 x)\n"));
}

TEST(PageServersTest, CountsAreWholeNumbers) {
  ServerFigures servers;
  servers.sums.preemptions = 60;
  EXPECT_EQ(LinesOf(servers), "servers   preemptions 60\n");
}

TEST(PageServersTest, NoneIsSaidOnlyWhereThereIsNone) {
  ServerFigures servers;
  servers.scrapes = 5;
  EXPECT_THAT(LinesOf(servers), HasSubstr("no known figures"));
  servers.any_known = true;
  EXPECT_THAT(LinesOf(servers), Not(HasSubstr("no known figures")));
  EXPECT_THAT(LinesOf(servers), HasSubstr("counters were read"));
}

TEST(PageServersTest, WhatIsLeftOutIsNamedWithTheCure) {
  ServerFigures servers;
  servers.alternating = {{"http://lb/metrics", 4}};
  servers.duplicates = {{"http://127.0.0.1:1/metrics", "http://localhost:1/metrics"}};
  servers.other_names = {"vllm:generation_tokens", "vllm:prompt_tokens"};
  const std::string lines = LinesOf(servers);
  EXPECT_THAT(lines, HasSubstr("http://lb/metrics alternates between servers: its counters fell 4 "
                               "times and came back, so they are\n          not summed."));
  EXPECT_THAT(lines, HasSubstr("with --server-metrics"));
  EXPECT_THAT(lines, HasSubstr("http://127.0.0.1:1/metrics is the same server as "
                               "http://localhost:1/metrics: counted once"));
  EXPECT_THAT(lines, HasSubstr("vllm:generation_tokens and 1 more"));
}

TEST(PageServersTest, OfManyTheFirstAreShown) {
  Results results;
  for (int i = 0; i < 9; ++i) {
    results.metrics_failures.push_back(
        {.url = "", .text = "why " + std::to_string(i), .scrapes = 1});
  }
  std::string out;
  AppendServers(results, out);
  EXPECT_THAT(out, HasSubstr("why 3"));
  EXPECT_THAT(out, Not(HasSubstr("why 4")));
  EXPECT_THAT(out, HasSubstr("servers   5 more: metrics_failures in summary.json"));
}

}  // namespace
}  // namespace specctl
