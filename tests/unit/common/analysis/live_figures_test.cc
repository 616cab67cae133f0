#include "common/analysis/live_figures.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

constexpr double kServedMs = 60;

// What is known of the run when all has been reported up to `until_ms`.
LiveFigures LiveAt(const JournalScript& script, int64_t until_ms) {
  RunFold fold;
  for (const Event& event : script.Events()) {
    const auto* batch = std::get_if<AgentBatch>(&event);
    if (batch != nullptr && batch->to_mono_ns > kT0MonoNs + until_ms * kMs) break;
    EXPECT_TRUE(fold.Apply(event).ok());
  }
  return fold.Live();
}

// A request a second, 20 ms to the first token, then four steps of two tokens each, `step_ms`
// apart.
void Serve(JournalScript& script, int seconds, double step_ms) {
  for (int second = 0; second < seconds; ++second) {
    const double at_ms = 1'000.0 * second + 100;
    script.Begin({.at_ms = at_ms})
        .Chunk(at_ms + 20, 1)
        .Chunks(4, at_ms + 20 + step_ms, step_ms, 2)
        .Ok(at_ms + 500);
  }
}

TEST(LiveFiguresTest, NothingIsRecentBeforeASecondIsOver) {
  JournalScript script({});
  Serve(script, 12, 40);
  EXPECT_FALSE(LiveAt(script, 800).recent.has_value());
  EXPECT_TRUE(LiveAt(script, 1'200).recent.has_value());
}

TEST(LiveFiguresTest, RecentIsAWindowOfTenSeconds) {
  JournalScript script({});
  Serve(script, 14, 40);
  const LiveFigures live = LiveAt(script, 13'000);
  ASSERT_TRUE(live.recent.has_value());
  const WindowValues& recent = *live.recent;
  EXPECT_DOUBLE_EQ(*recent.output_tps, 9);
  EXPECT_DOUBLE_EQ(recent.in_flight_mean, 0.5);
  EXPECT_EQ(recent.begun, 10u);
  EXPECT_EQ(recent.ok, 10u);
  EXPECT_EQ(recent.failed, 0u);
  EXPECT_EQ(recent.chunks, 50u);
  EXPECT_NEAR(*recent.ttft_p50_ms, 20, 0.01);
  EXPECT_NEAR(*recent.ttft_p99_ms, 20, 0.01);
  EXPECT_NEAR(*recent.step_latency_p50_ms, 40, 0.02);
  EXPECT_NEAR(*recent.itl_p50_ms, 20, 0.01);  // 160 ms for 8 tokens
  EXPECT_NEAR(*recent.user_tps_p50, 50, 0.03);
  EXPECT_DOUBLE_EQ(*recent.acceptance_length, 2);
  EXPECT_FALSE(recent.servers_running.has_value());
  EXPECT_EQ(live.begun, 13u);
  EXPECT_EQ(live.done, 13u);
  EXPECT_FALSE(live.arrivals.has_value());
}

TEST(LiveFiguresTest, SlowUsersAreTheLowQuantilesOfTheirTps) {
  JournalScript script({});
  for (int second = 0; second < 10; ++second) {
    const double at_ms = 1'000.0 * second + 100;
    // Two in ten are five times as slow.
    const double step_ms = second % 5 == 0 ? 100 : 20;
    script.Begin({.at_ms = at_ms})
        .Chunk(at_ms + 20, 1)
        .Chunks(4, at_ms + 20 + step_ms, step_ms, 2)
        .Ok(at_ms + 500);
  }
  const LiveFigures live = LiveAt(script, 10'000);
  ASSERT_TRUE(live.recent.has_value());
  EXPECT_NEAR(*live.recent->user_tps_p50, 100, 0.06);
  EXPECT_NEAR(*live.recent->user_tps_p10, 20, 0.02);
  EXPECT_NEAR(*live.recent->user_tps_p1, 20, 0.02);
  EXPECT_NEAR(*live.recent->itl_p99_ms, 50, 0.03);
}

TEST(LiveFiguresTest, TokensThatAreNotKnownLeaveNoTps) {
  JournalScript script({});
  script.Begin({.at_ms = 100}).Chunk(200, std::nullopt).Chunk(300, std::nullopt).Ok(400);
  Serve(script, 0, 0);
  script.Begin({.at_ms = 1'500}).Chunk(1'600, 1).Ok(1'700);
  const LiveFigures live = LiveAt(script, 1'400);
  ASSERT_TRUE(live.recent.has_value());
  EXPECT_FALSE(live.recent->output_tps.has_value());
  EXPECT_FALSE(live.recent->acceptance_length.has_value());
}

TEST(LiveFiguresTest, ServersAreMeansOfWhatWasRead) {
  JournalScript script({.metrics = true});
  Serve(script, 8, 40);
  for (int second = 0; second < 8; ++second) {
    script.Scrape(second == 0 ? ScrapeKind::kBefore : ScrapeKind::kDuring, 1'000.0 * second + 500,
                  {{"vllm:num_requests_running", second < 2 ? 0.0 : 4.0},
                   {"vllm:num_requests_waiting", 2},
                   {"vllm:spec_decode_num_drafts_total", 10.0 * second},
                   {"vllm:spec_decode_num_accepted_tokens_total", 15.0 * second}});
  }
  const LiveFigures live = LiveAt(script, 4'000);
  ASSERT_TRUE(live.recent.has_value());
  ASSERT_TRUE(live.recent->servers_running.has_value());
  EXPECT_DOUBLE_EQ(*live.recent->servers_running, 2);
  EXPECT_DOUBLE_EQ(*live.recent->servers_waiting, 2);
  EXPECT_NEAR(*live.recent->servers_acceptance_per_draft, 2.5, 1e-9);
  EXPECT_EQ(live.recent->replicas, 1u);
}

class LiveArrivalsTest : public ::testing::Test {
 protected:
  // The arrivals of ten a second, of which `begins` of each second begin, `late_ms` late, and the
  // others are shed.
  explicit LiveArrivalsTest() : script_({.bs = 16}) {
    script_.spec().load.shape = OpenLoop{.rate_per_s = 10, .process = ArrivalProcess::kConstant};
  }
  void Arrive(int seconds, int begins, double late_ms) {
    for (int arrival = 1; arrival < seconds * 10; ++arrival) {
      const double due_ms = 100.0 * arrival;
      const auto position = static_cast<uint64_t>(arrival - 1);
      if (arrival % 10 >= begins) {
        script_.Shed(0, position, due_ms, 2);
        continue;
      }
      const double at_ms = due_ms + late_ms;
      script_.Begin({.position = position, .at_ms = at_ms, .due_ms = due_ms})
          .Chunk(at_ms + 10, 1)
          .Ok(at_ms + kServedMs);
    }
  }

  JournalScript script_;
};

TEST_F(LiveArrivalsTest, AllThatArriveInTimeAreAchieved) {
  Arrive(15, 10, 0);
  const LiveFigures live = LiveAt(script_, 13'000);
  ASSERT_TRUE(live.arrivals.has_value());
  EXPECT_DOUBLE_EQ(live.arrivals->planned_per_s, 10);
  EXPECT_DOUBLE_EQ(live.arrivals->achieved_per_s, 10);
  EXPECT_NEAR(*live.arrivals->lateness_p99_ms, 0, 0.001);
  EXPECT_EQ(live.shed, 0u);
}

TEST_F(LiveArrivalsTest, WhatIsShedIsNotAchieved) {
  Arrive(15, 8, 5);
  const LiveFigures live = LiveAt(script_, 13'000);
  ASSERT_TRUE(live.arrivals.has_value());
  EXPECT_DOUBLE_EQ(live.arrivals->planned_per_s, 10);
  EXPECT_DOUBLE_EQ(live.arrivals->achieved_per_s, 8);
  EXPECT_NEAR(*live.arrivals->lateness_p50_ms, 5, 0.01);
  EXPECT_EQ(live.shed, 2u * 26);
}

TEST_F(LiveArrivalsTest, ADrainHasNone) {
  Arrive(15, 10, 0);
  script_.DrainAt(12'000);
  const LiveFigures live = LiveAt(script_, 13'000);
  EXPECT_EQ(live.stage, LiveStage::kDrain);
  EXPECT_FALSE(live.arrivals.has_value());
}

}  // namespace
}  // namespace specctl
