#include "common/analysis/server_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/analysis/server_sums.h"
#include "tests/unit/common/analysis/metrics_text.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MetricsGolden;
using testing::MetricsTexts;
using testing::SeriesOf;

TEST(ServerSeriesRanksTest, TwoEnginesBehindOneServerAreToldApartAndAddUp) {
  const ServerSeries series = SeriesOf(VllmProfile(), "", MetricsGolden("vllm_two_ranks.txt"));
  const std::vector<RankCounters> ranks = series.Ranks();
  ASSERT_EQ(ranks.size(), 2u);
  EXPECT_EQ(ranks[0].rank, "0");
  EXPECT_EQ(ranks[0].counters.drafts, 225);
  EXPECT_EQ(ranks[0].counters.drafted_tokens, 657);
  EXPECT_EQ(ranks[0].counters.accepted_tokens, 657);
  EXPECT_EQ(ranks[0].counters.generated_tokens, 900);
  EXPECT_EQ(ranks[0].counters.requests_finished, 9);
  EXPECT_THAT(ranks[0].counters.accepted_by_position, ElementsAre(225, 225, 207));
  EXPECT_EQ(ranks[1].rank, "1");
  EXPECT_EQ(ranks[1].counters.drafts, 175);
  EXPECT_EQ(ranks[1].counters.generated_tokens, 700);
  EXPECT_EQ(ranks[1].counters.prefix_hit_rate, 0);
  EXPECT_THAT(ranks[1].counters.accepted_by_position, ElementsAre(175, 175, 161));
  const ServerCounters sums = series.Counters();
  EXPECT_EQ(sums.drafts, 400);
  EXPECT_EQ(sums.generated_tokens, 1600);
  EXPECT_THAT(sums.accepted_by_position, ElementsAre(400, 400, 368));
}

TEST(ServerSeriesRanksTest, OneRankIsNoneApart) {
  const ServerSeries vllm = SeriesOf(VllmProfile(), "", MetricsGolden("vllm_whole.txt"));
  EXPECT_THAT(RanksOfReplicas({&vllm}), IsEmpty());
  EXPECT_THAT(RanksOfReplicas({&vllm, &vllm}), IsEmpty());
  EXPECT_THAT(
      SeriesOf(LlamaCppProfile(), "", MetricsGolden("llamacpp_after_one_request.txt")).Ranks(),
      IsEmpty());
}

// Of replicas that are each one rank of a deployment, and of replicas with several each.
TEST(ServerSeriesRanksTest, RanksOfReplicasAreAddedUpByTheirName) {
  const ServerSeries both = SeriesOf(VllmProfile(), "", MetricsGolden("vllm_two_ranks.txt"));
  const ServerSeries second = SeriesOf(VllmProfile(), "",
                                       "vllm:generation_tokens_total{engine=\"1\"} 50\n"
                                       "vllm:spec_decode_num_drafts_total{engine=\"1\"} 20\n");
  const ServerSeries tenth =
      SeriesOf(VllmProfile(), "", "vllm:generation_tokens_total{engine=\"10\"} 7\n");
  const std::vector<RankCounters> ranks = RanksOfReplicas({&tenth, &both, &second});
  ASSERT_EQ(ranks.size(), 3u);
  EXPECT_EQ(ranks[0].rank, "0");
  EXPECT_EQ(ranks[0].counters.drafts, 225);
  EXPECT_EQ(ranks[0].counters.prefix_hit_rate, 0);
  EXPECT_EQ(ranks[1].rank, "1");
  EXPECT_EQ(ranks[1].counters.drafts, 175 + 20);
  EXPECT_EQ(ranks[1].counters.generated_tokens, 750);
  EXPECT_FALSE(ranks[1].counters.accepted_tokens.has_value()) << "one does not tell";
  EXPECT_FALSE(ranks[1].counters.prefix_hit_rate.has_value());
  EXPECT_EQ(ranks[2].rank, "10");
}

TEST(ServerSeriesRanksTest, SeriesThatNameNoRankAreOfNone) {
  // SGLang's front end counts requests, its schedulers tokens.
  const ServerSeries series = SeriesOf(SglangProfile(), "",
                                       "sglang:spec_verify_calls_total{model_name=\"m\"} 50\n"
                                       "sglang:num_running_reqs{dp_rank=\"10\"} 3\n"
                                       "sglang:num_running_reqs{dp_rank=\"9\"} 4\n");
  const std::vector<RankCounters> ranks = RanksOfReplicas({&series});
  ASSERT_EQ(ranks.size(), 2u);
  EXPECT_EQ(ranks[0].rank, "9") << "in the order of numbers";
  EXPECT_FALSE(ranks[0].counters.drafts.has_value());
  EXPECT_EQ(series.Counters().drafts, 50);
}

TEST(ServerSeriesSglangTest, TheWidthOfARankThatHasNotLoggedIsNoWidth) {
  const ServerSeries series = SeriesOf(SglangProfile(), "",
                                       "sglang:spec_verify_calls_total 50\n"
                                       "sglang:spec_num_draft_tokens{dp_rank=\"0\"} 4\n"
                                       "sglang:spec_num_draft_tokens{dp_rank=\"1\"} 0\n");
  EXPECT_EQ(series.Counters().drafted_tokens, 150);
}

TEST(ServerSeriesSglangTest, CopiesOfOneRankCountOnceAndAreNoOtherName) {
  const ServerSeries series =
      SeriesOf(SglangProfile(), "",
               "sglang:spec_verify_calls_total 50\n"
               "sglang:realtime_tokens_total{mode=\"decode\",dp_rank=\"0\",tp_rank=\"0\"} 130\n"
               "sglang:realtime_tokens_total{mode=\"decode\",dp_rank=\"0\",tp_rank=\"1\"} 130\n");
  EXPECT_EQ(series.Counters().accepted_tokens, 80);
  EXPECT_THAT(series.OtherNames(), IsEmpty());
}

TEST(ServerSeriesHistogramTest, BucketsGrowOverTheRun) {
  const std::string_view kBefore =
      "vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"0.5\"} 4\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"+Inf\"} 9\n";
  const std::string_view kAfter =
      "vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"0.5\"} 14\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"+Inf\"} 24\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"1\",le=\"0.5\"} 5\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"1\",le=\"+Inf\"} 5\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"1\",le=\"many\"} 500\n"
      "vllm:time_to_first_token_seconds_bucket{engine=\"1\"} 500\n";
  const auto histogram = SeriesOf(VllmProfile(), kBefore, kAfter).Histogram(ServerFigure::kTtft);
  ASSERT_TRUE(histogram.has_value());
  EXPECT_EQ(histogram->buckets(), 2u) << "what names no bound is of no bucket";
  EXPECT_EQ(histogram->count(), 20);
  EXPECT_DOUBLE_EQ(*histogram->Quantile(0.5)->value, 0.5 * 10 / 15);
}

TEST(ServerSeriesHistogramTest, TheRecordingsQuantiles) {
  const ServerSeries series = SeriesOf(VllmProfile(), "", MetricsGolden("vllm_whole.txt"));
  for (const ServerFigure figure :
       {ServerFigure::kTtft, ServerFigure::kQueueTime, ServerFigure::kStepLatency}) {
    const auto histogram = series.Histogram(figure);
    ASSERT_TRUE(histogram.has_value());
    EXPECT_TRUE(histogram->IsWhole());
    EXPECT_GT(histogram->count(), 0);
  }
  EXPECT_FALSE(series.Histogram(ServerFigure::kItl).has_value()) << "vLLM's is of steps";
}

TEST(ServerSeriesHistogramTest, TheOlderNameIsNotAddedToTheNewer) {
  const ServerSeries series = SeriesOf(VllmProfile(), "",
                                       "vllm:time_per_output_token_seconds_bucket{le=\"1\"} 5\n"
                                       "vllm:time_per_output_token_seconds_bucket{le=\"+Inf\"} 5\n"
                                       "vllm:inter_token_latency_seconds_bucket{le=\"1\"} 5\n"
                                       "vllm:inter_token_latency_seconds_bucket{le=\"+Inf\"} 5\n");
  EXPECT_EQ(series.Histogram(ServerFigure::kStepLatency)->count(), 5);
}

TEST(ServerSeriesHistogramTest, AfterAResetThereIsNone) {
  const std::string_view kBefore =
      "vllm:generation_tokens_total 100\n"
      "vllm:time_to_first_token_seconds_bucket{le=\"1\"} 0\n"
      "vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 3\n";
  // Since the restart 2 + 3: no bucket has fallen, and all would be short.
  const std::string_view kAfter =
      "vllm:generation_tokens_total 60\n"
      "vllm:time_to_first_token_seconds_bucket{le=\"1\"} 2\n"
      "vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 5\n";
  EXPECT_FALSE(SeriesOf(VllmProfile(), kBefore, kAfter).Histogram(ServerFigure::kTtft).has_value());
}

TEST(ServerSeriesPositionsTest, TensorRtTellsHowManyDraftsWereAsLong) {
  const ServerSeries series =
      SeriesOf(TrtllmProfile(), "",
               "trtllm_spec_decode_drafted_tokens_total{token_position=\"0\"} 100\n"
               "trtllm_spec_decode_drafted_tokens_total{token_position=\"1\"} 80\n"
               "trtllm_spec_decode_drafted_tokens_total{token_position=\"2\"} 40\n"
               "trtllm_spec_decode_accepted_tokens_total{token_position=\"0\"} 70\n"
               "trtllm_spec_decode_accepted_tokens_total{token_position=\"1\"} 40\n");
  const ServerCounters counters = series.Counters();
  EXPECT_EQ(counters.drafts, 100);
  EXPECT_EQ(counters.drafted_tokens, 220);
  EXPECT_EQ(counters.accepted_tokens, 110);
  EXPECT_THAT(counters.drafted_by_position, ElementsAre(100, 80, 40));
  EXPECT_THAT(counters.accepted_by_position, ElementsAre(70, 40));
}

TEST(ServerSeriesIterationsTest, StatisticsOfIterationsStandInForFamiliesByPosition) {
  const std::string iterations =
      "specctl_trtllm_drafts_total 9\nspecctl_trtllm_draft_tokens_total 27\n"
      "specctl_trtllm_accepted_tokens_total 12\n";
  // What ranks repeat.
  const std::string repeated =
      "trtllm_spec_decode_num_draft_tokens_total 54\n"
      "trtllm_spec_decode_num_accepted_tokens_total 24\n";
  const ServerCounters alone = SeriesOf(TrtllmProfile(), "", iterations + repeated).Counters();
  EXPECT_EQ(alone.drafts, 9);
  EXPECT_EQ(alone.drafted_tokens, 27);
  EXPECT_EQ(alone.accepted_tokens, 12);
  const ServerCounters both =
      SeriesOf(TrtllmProfile(), "",
               iterations +
                   "trtllm_spec_decode_drafted_tokens_total{token_position=\"0\"} 8\n"
                   "trtllm_spec_decode_accepted_tokens_total{token_position=\"0\"} 5\n")
          .Counters();
  EXPECT_EQ(both.drafts, 8);
  EXPECT_EQ(both.drafted_tokens, 8);
  EXPECT_EQ(both.accepted_tokens, 5);
}

}  // namespace
}  // namespace specctl
