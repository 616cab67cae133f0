#include "common/compare/run_facts.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "common/figures/catalogue.h"

namespace specctl {
namespace {

Results RunWithServers() {
  Results results;
  results.conservation.sent = 10;
  results.conservation.failed = 2;
  results.tokens.output = 640;
  results.servers.emplace();
  results.servers->sums.generated_tokens = 650;
  results.servers->waiting = GaugeSummary{.mean = 1.5, .max = 4};
  results.servers->latencies.queue_ms =
      HistogramFigure{10, {0, 300, 150}, {300, 500, 420}, {30'000, {}, {}}};
  return results;
}

TEST(RunFactsTest, EachKeyIsUniqueAmongAllFigures) {
  std::set<std::string_view> keys;
  for (const FigureDefinition& figure : Catalogue()) keys.insert(figure.key);
  for (const FigureName& fact : RunFacts()) {
    EXPECT_TRUE(keys.insert(fact.key).second) << fact.key;
    EXPECT_EQ(FindFact(fact.key), &fact);
    EXPECT_TRUE(IsFact(fact));
  }
  EXPECT_FALSE(IsFact(Catalogue().front()));
  EXPECT_EQ(FindFact("output_tps"), nullptr);
}

TEST(RunFactsTest, CountsTokensAndServersAreThere) {
  const MeasuredFigures facts = MeasureFacts(RunWithServers());
  EXPECT_EQ(FindMeasured(facts, "sent")->Find("value")->measured.value, 10);
  EXPECT_EQ(FindMeasured(facts, "failed")->Find("value")->measured.value, 2);
  EXPECT_EQ(FindMeasured(facts, "tokens_output")->Find("value")->measured.value, 640);
  EXPECT_EQ(FindMeasured(facts, "servers_generated_tokens")->Find("value")->measured.value, 650);
  EXPECT_EQ(FindMeasured(facts, "servers_waiting")->Find("mean")->measured.value, 1.5);
  EXPECT_EQ(FindMeasured(facts, "servers_waiting")->Find("max")->measured.value, 4);
  const MeasuredFigure& queue = *FindMeasured(facts, "servers_queue_ms");
  EXPECT_EQ(queue.Find("p50"), nullptr) << "somewhere below 300 ms";
  EXPECT_EQ(queue.Find("p90")->measured.value, 420);
  EXPECT_EQ(queue.Find("p99"), nullptr) << "somewhere above 30 s";
  EXPECT_FALSE(FindMeasured(facts, "sent")->Find("value")->measured.spread);
}

TEST(RunFactsTest, WhatWasNotScrapedIsAbsent) {
  Results results = RunWithServers();
  results.servers.reset();
  const MeasuredFigures facts = MeasureFacts(results);
  EXPECT_EQ(FindMeasured(facts, "servers_generated_tokens"), nullptr);
  EXPECT_NE(FindMeasured(facts, "ok"), nullptr);
}

}  // namespace
}  // namespace specctl
