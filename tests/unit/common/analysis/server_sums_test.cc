#include "common/analysis/server_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/analysis/server_fold.h"
#include "tests/unit/common/analysis/metrics_text.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MetricsGolden;
using testing::MetricsTexts;
using testing::SeriesOf;

TargetCounters Drafting(double drafts, double accepted) {
  TargetCounters target;
  target.counters.drafts = drafts;
  target.counters.accepted_tokens = accepted;
  return target;
}

TEST(SpeculationSumsTest, AQuotientIsOfTheSameTargets) {
  ServerFigures figures;
  figures.targets = {Drafting(10, 20), Drafting(5, 5), {}};
  figures.targets[0].counters.engine_steps = 12;
  figures.targets[0].counters.drafted_tokens = 30;
  figures.targets[1].counters.drafted_tokens = 15;
  figures.targets[2].counters.engine_steps = 900;  // does not speculate
  const ServerCounters sums = SpeculationSums(figures);
  EXPECT_EQ(sums.drafts, 15);
  EXPECT_EQ(sums.accepted_tokens, 25);
  EXPECT_EQ(sums.drafted_tokens, 45);
  EXPECT_FALSE(sums.engine_steps.has_value()) << "one that drafts does not count its steps";
  figures.targets[1].counters.engine_steps = 6;
  EXPECT_EQ(SpeculationSums(figures).engine_steps, 18);
}

TEST(SpeculationSumsTest, StepsOfAServerThatFoundNothingToDraftCount) {
  ServerFigures figures;
  figures.targets = {Drafting(10, 20), Drafting(0, 0), Drafting(0, 0)};
  figures.targets[0].counters.engine_steps = 12;
  figures.targets[1].counters.engine_steps = 8;
  EXPECT_EQ(SpeculationSums(figures).engine_steps, 20);
}

TEST(SpeculationSumsTest, PositionsThatOneLacksAreOfNone) {
  ServerFigures figures;
  figures.targets = {Drafting(10, 8), Drafting(10, 8)};
  figures.targets[0].counters.accepted_by_position = {5, 3};
  EXPECT_THAT(SpeculationSums(figures).accepted_by_position, IsEmpty());
  figures.targets[1].counters.accepted_by_position = {8};
  EXPECT_THAT(SpeculationSums(figures).accepted_by_position, ElementsAre(13, 3));
}

TEST(SpeculationSumsTest, OfServersThatTakeTurnsThereAreNone) {
  ServerFigures figures;
  figures.targets = {Drafting(10, 8)};
  figures.alternating = {{"http://s", 3}};
  EXPECT_FALSE(SpeculationSums(figures).drafts.has_value());
}

constexpr const char* kOneTtft =
    "vllm:generation_tokens_total 5\n"
    "vllm:time_to_first_token_seconds_bucket{le=\"1\"} 1\n"
    "vllm:time_to_first_token_seconds_bucket{le=\"2\"} 2\n"
    "vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 2\n";

TEST(SumOfReplicasTest, WhatOneThatWorkedDoesNotTellIsNoSum) {
  const ServerSeries one = SeriesOf(VllmProfile(), "",
                                    "vllm:generation_tokens_total 50\n"
                                    "vllm:spec_decode_num_drafts_total 20\n"
                                    "vllm:prefix_cache_queries_total 10\n"
                                    "vllm:prefix_cache_hits_total 4\n");
  const ServerSeries without_drafts =
      SeriesOf(VllmProfile(), "", "vllm:generation_tokens_total 7\n");
  const ServerSeries idle = SeriesOf(VllmProfile(), "", "vllm:generation_tokens_total 0\n");
  const ServerCounters sums = SumOfReplicas({&one, &without_drafts});
  EXPECT_EQ(sums.generated_tokens, 57);
  EXPECT_FALSE(sums.drafts.has_value());
  EXPECT_DOUBLE_EQ(*sums.prefix_hit_rate, 0.4);
  // One that did nothing has not named the family yet.
  EXPECT_EQ(SumOfReplicas({&one, &idle}).drafts, 20);
  EXPECT_EQ(SumOfReplicas({&one, &one}).drafts, 40);
  EXPECT_EQ(SumOfReplicas({&idle, &idle}).generated_tokens, 0);
}

TEST(LatenciesOfTest, HistogramsOfTheSameBucketsAreOne) {
  const ServerSeries one = SeriesOf(VllmProfile(), "", kOneTtft);
  const ServerLatencies both = LatenciesOf({&one, &one});
  ASSERT_TRUE(both.ttft_ms.has_value());
  EXPECT_EQ(both.ttft_ms->count, 4);
  EXPECT_DOUBLE_EQ(*both.ttft_ms->p50.value_ms, 1000);
  EXPECT_DOUBLE_EQ(*both.ttft_ms->p90.value_ms, 1800);
  EXPECT_EQ(both.ttft_ms->p90.low_ms, 1000);
  EXPECT_EQ(both.ttft_ms->p90.high_ms, 2000);
  EXPECT_FALSE(both.queue_ms.has_value());
}

TEST(LatenciesOfTest, OtherBucketsOrNoneLeaveNoFigureOfAll) {
  const ServerSeries one = SeriesOf(VllmProfile(), "", kOneTtft);
  const ServerSeries coarse = SeriesOf(VllmProfile(), "",
                                       "vllm:time_to_first_token_seconds_bucket{le=\"2\"} 2\n"
                                       "vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 2\n");
  const ServerSeries none = SeriesOf(VllmProfile(), "", "vllm:generation_tokens_total 7\n");
  const ServerSeries idle = SeriesOf(VllmProfile(), "", "vllm:generation_tokens_total 0\n");
  EXPECT_FALSE(LatenciesOf({&one, &coarse}).ttft_ms.has_value());
  EXPECT_FALSE(LatenciesOf({&one, &none}).ttft_ms.has_value());
  EXPECT_EQ(LatenciesOf({&one, &idle}).ttft_ms->count, 2);
  EXPECT_FALSE(LatenciesOf(std::vector<const ServerSeries*>()).ttft_ms.has_value());
}

TEST(LatenciesOfTest, OfSomeOfTheServersIsSaid) {
  ServerFold fold;
  fold.Begin({{"http://a/metrics", 0}, {"http://b/metrics", 1}});
  fold.AddEngine("vllm");
  MetricsTexts texts;
  ASSERT_TRUE(fold.ApplyScrape(texts.Before("")).ok());
  ASSERT_TRUE(fold.ApplyScrape(texts.After(kOneTtft)).ok());
  const auto figures = fold.Figures(0, 1);
  ASSERT_TRUE(figures && figures->latencies.ttft_ms);
  const std::vector<std::string> urls = {"http://a/metrics"};
  EXPECT_THAT(figures->partial, ::testing::Contains(::testing::Pair("ttft_ms", urls)));
}

TEST(ServerFoldRanksTest, EachRankHasItsAcceptance) {
  ServerFold fold;
  fold.Begin({{"http://a/metrics", 0}});
  fold.AddEngine("vllm");
  MetricsTexts texts;
  ASSERT_TRUE(fold.ApplyScrape(texts.Before("")).ok());
  ASSERT_TRUE(fold.ApplyScrape(texts.After(MetricsGolden("vllm_two_ranks.txt"))).ok());
  const auto figures = fold.Figures(0, 1);
  ASSERT_TRUE(figures && figures->targets.size() == 1);
  const std::vector<RankCounters>& ranks = figures->targets[0].ranks;
  ASSERT_EQ(ranks.size(), 2u);
  ASSERT_TRUE(ranks[0].acceptance && ranks[1].acceptance);
  EXPECT_DOUBLE_EQ(ranks[0].acceptance->per_draft->value, 1 + 657.0 / 225);
  EXPECT_DOUBLE_EQ(ranks[1].acceptance->per_draft->value, 1 + 511.0 / 175);
}

}  // namespace
}  // namespace specctl
