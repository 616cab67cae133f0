#include "common/export/aiperf_request.h"

#include <gtest/gtest.h>

#include "tests/unit/common/export/export_requests.h"

namespace specctl {
namespace {

using testing::kMs;
using testing::OkRequest;

TEST(AiperfRequestTest, TimesAreFromBeforeTheConnectionToTheLastChunk) {
  const AiperfRequest made = AiperfRequestOf(OkRequest(1));
  EXPECT_EQ(*made.ttft_ns, 20 * kMs);
  EXPECT_EQ(*made.answer_ns, 20 * kMs);
  EXPECT_EQ(*made.latency_ns, 50 * kMs);
  EXPECT_EQ(*made.second_chunk_ns, 10 * kMs);
  EXPECT_FALSE(made.reused_connection);
}

TEST(AiperfRequestTest, AResponseOfOneChunkHasNoSecondOne) {
  EXPECT_FALSE(AiperfRequestOf(OkRequest(1, 1)).second_chunk_ns);
}

TEST(AiperfRequestTest, GapsInsideAStepAreUnknown) {
  EndedRequest request = OkRequest(1);
  ++request.open.chunks;  // one of its steps came in two
  EXPECT_TRUE(ChunkGapsUs(request).empty());
  EXPECT_FALSE(AiperfRequestOf(request).second_chunk_ns);
}

TEST(AiperfRequestTest, StatisticsThatContradictThemselvesAreLeftOut) {
  const auto change = [](auto&& edit) {
    EndedRequest request = OkRequest(1);
    edit(*request.finish.speculation);
    return SpecDecodeOf(request).has_value();
  };
  EXPECT_TRUE(change([](SpeculationStats&) {}));
  EXPECT_FALSE(change([](SpeculationStats& stats) { stats.acceptance_histogram.clear(); }));
  EXPECT_FALSE(change([](SpeculationStats& stats) { ++stats.accepted_tokens; }));
  EXPECT_FALSE(change([](SpeculationStats& stats) { ++stats.drafts; }));
  EXPECT_FALSE(change([](SpeculationStats& stats) { stats.drafted_tokens = 5; }));
  EXPECT_FALSE(change([](SpeculationStats& stats) { stats = {}; }));
}

TEST(AiperfRequestTest, StatisticsThatContradictTheTokensAreLeftOut) {
  EndedRequest request = OkRequest(1);
  request.settled.contradictory_statistics = true;
  EXPECT_FALSE(SpecDecodeOf(request));
}

TEST(AiperfRequestTest, StepsOneByOneThatDisagreeAreLeftOutAlone) {
  EndedRequest request = OkRequest(1);
  request.finish.speculation->per_step_accepted = {2, 2, 2};
  request.finish.speculation->per_step_drafted = {3, 3, 3};
  EXPECT_EQ(SpecDecodeOf(request)->per_step_accepted.size(), 3u);
  request.finish.speculation->per_step_drafted = {3, 3};
  EXPECT_TRUE(SpecDecodeOf(request)->per_step_accepted.empty());
}

TEST(AiperfRequestTest, TimingsThatTellEachStepAreStatistics) {
  EndedRequest request = OkRequest(1);
  request.finish.speculation.reset();
  TimingsStats& timings = request.finish.timings.emplace();
  timings.drafted_tokens = 9;
  timings.accepted_tokens = 6;
  timings.acceptance_histogram = {0, 0, 3};
  EXPECT_FALSE(SpecDecodeOf(request));
  timings.each_step_known = true;
  ASSERT_TRUE(SpecDecodeOf(request));
  EXPECT_EQ(SpecDecodeOf(request)->steps, 3u);
  EXPECT_FALSE(SpecDecodeOf(request)->draft_length);
}

TEST(AiperfRequestTest, WarmupIsWhatRampAndWarmupOfARunWithAWarmupBegan) {
  EndedRequest request = OkRequest(1);
  RunSpec spec;
  request.settled.stage = Stage::kRamp;
  EXPECT_FALSE(IsAiperfWarmup(request, spec));
  spec.load.warmup = std::chrono::seconds(2);
  EXPECT_TRUE(IsAiperfWarmup(request, spec));
  request.settled.stage = Stage::kWarmup;
  EXPECT_TRUE(IsAiperfWarmup(request, spec));
  request.settled.stage = Stage::kDrain;
  EXPECT_FALSE(IsAiperfWarmup(request, spec));
}

TEST(AiperfRequestTest, ErrorsHaveAiperfsCodeForACancelledRequest) {
  EXPECT_FALSE(AiperfErrorOf(OkRequest(1).finish));
  const auto cancelled = AiperfErrorOf(testing::CancelledRequest(1).finish);
  EXPECT_EQ(cancelled->code, 499u);
  EXPECT_EQ(cancelled->type, "RequestCancellationError");
  const auto failed = AiperfErrorOf(testing::FailedRequest(1).finish);
  EXPECT_EQ(failed->code, 503u);
  EXPECT_EQ(failed->message, "503");
}

}  // namespace
}  // namespace specctl
