#include "controller/live/live_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using ::testing::ElementsAre;

RunSnapshot Frame() {
  RunSnapshot frame;
  frame.run_id = "20261122-101410-7f3a";
  frame.figures.stage = LiveStage::kHold;
  frame.figures.elapsed_s = 42;
  frame.figures.done = 700;
  frame.figures.in_flight = 512;
  frame.figures.failed = 3;
  frame.figures.planned = 1536;
  frame.figures.output_tps_by_second = {0, 11000, 21913};
  WindowValues& recent = frame.figures.recent.emplace();
  recent.ttft_p50_ms = 212;
  recent.ttft_p99_ms = 1204;
  recent.step_latency_p50_ms = 60.4;
  recent.step_latency_p99_ms = 99.83;
  frame.figures.agents = 16;
  return frame;
}

TEST(LiveTextTest, TheBlockSaysHowTheRunGoes) {
  EXPECT_THAT(
      BlockLines(Frame(), 100),
      ElementsAre("run 20261122-101410-7f3a   hold   42 s, 50 s left",
                  "  done 700 of 1,536   in flight 512   failed 3   agents 16",
                  "  TPS   21,913  \u2581\u2585\u2588",
                  "  TTFT ms p50 212 p99 1204   step ms p50 60.4 p99 99.8", "  so far valid"));
}

TEST(LiveTextTest, ThePlainLineSaysTheSame) {
  EXPECT_EQ(PlainLine(Frame()),
            "hold  42 s, 50 s left  done 700 of 1,536   in flight 512   failed 3  TPS 21,913  TTFT "
            "ms p50 212 p99 1204  step ms p50 60.4 p99 99.8  agents 16  valid");
}

TEST(LiveTextTest, PrecisionIsToldWithTheTimeItNeeds) {
  RunSnapshot frame = Frame();
  frame.duration_left_s = 558;
  frame.figures.planned.reset();
  frame.precision = "ttft_ms_p99 +-7.2% (until +-5%)";
  frame.precise_in_s = 95;
  EXPECT_EQ(BlockLines(frame, 100)[0], "run 20261122-101410-7f3a   hold   42 s, 1:35 min left");
  EXPECT_EQ(BlockLines(frame, 100).back(), "  ttft_ms_p99 +-7.2% (until +-5%)");
  EXPECT_THAT(PlainLine(frame), ::testing::EndsWith("valid  ttft_ms_p99 +-7.2% (until +-5%)"));
  frame.precise_in_s = 3'000;
  EXPECT_EQ(TimeLeftSeconds(frame), 558) << "no run lasts longer than its duration";
}

TEST(LiveTextTest, WhatIsNotKnownIsADash) {
  RunSnapshot frame;
  frame.figures.stage = LiveStage::kPreparing;
  EXPECT_THAT(BlockLines(frame, 100),
              ElementsAre("run    preparing   0 s", "  done 0   in flight 0   failed 0   agents 0",
                          "  TPS        0  ", "  TTFT ms p50 - p99 -   step ms p50 - p99 -",
                          "  so far valid"));
}

TEST(LiveTextTest, LostAgentsAndReasonsAreSaid) {
  RunSnapshot frame = Frame();
  frame.figures.agents_lost = 1;
  frame.figures.verdict.state = VerdictState::kInvalid;
  frame.figures.verdict.reasons = {
      {.code = ReasonCode::kAgentLost, .text = "agent 3 lost", .windows = 0},
      {.code = ReasonCode::kChunksDropped, .text = "8 chunks", .windows = 0}};
  frame.figures.verdict.labels = {{.code = Label::kQueued, .text = "", .windows = 0}};
  const auto lines = BlockLines(frame, 100);
  EXPECT_THAT(lines[1], ::testing::EndsWith("agents 16 (1 LOST)"));
  EXPECT_EQ(
      lines[4],
      "  so far INVALID: agent_lost (agent 3 lost), chunks_dropped (8 chunks)   labels: queued");
}

TEST(LiveTextTest, AReasonWithoutATextIsSaidByItsCode) {
  RunSnapshot frame = Frame();
  frame.figures.verdict.state = VerdictState::kDegraded;
  frame.figures.verdict.reasons = {{.code = ReasonCode::kInFlightBelowBs, .text = "", .windows = 2},
                                   {.code = ReasonCode::kArrivalBound, .text = "", .windows = 1}};
  EXPECT_EQ(BlockLines(frame, 100)[4], "  so far degraded: in_flight_below_bs, arrival_bound");
  EXPECT_THAT(PlainLine(frame), ::testing::EndsWith("degraded: in_flight_below_bs, arrival_bound"));
}

TEST(LiveTextTest, LinesFitTheirWidthByCharactersNotBytes) {
  const auto lines = BlockLines(Frame(), 18);
  EXPECT_EQ(lines[0], "run 20261122-10141");
  EXPECT_EQ(lines[2], "  TPS   21,913  \u2581\u2585");
}

TEST(TimeLeftTest, WhicheverEndsFirst) {
  RunSnapshot frame = Frame();
  frame.duration_left_s = 10;
  EXPECT_DOUBLE_EQ(*TimeLeftSeconds(frame), 10);
  frame.duration_left_s = 1000;
  EXPECT_NEAR(*TimeLeftSeconds(frame), 836.0 * 42 / 700, 1e-9);
  frame.duration_left_s = -3;
  EXPECT_DOUBLE_EQ(*TimeLeftSeconds(frame), 0);
}

TEST(TimeLeftTest, UnknownBeforeAnythingIsDone) {
  RunSnapshot frame = Frame();
  frame.figures.done = 0;
  EXPECT_EQ(TimeLeftSeconds(frame), std::nullopt);
}

TEST(SparklineTest, HeightsAreSharesOfTheLargest) {
  const double values[] = {0, 1, 4, 8};
  EXPECT_EQ(Sparkline(values, 10), "\u2581\u2582\u2585\u2588");
}

TEST(SparklineTest, TheLastValuesAreShown) {
  const double values[] = {100, 1, 2};
  EXPECT_EQ(Sparkline(values, 2), "\u2585\u2588");
}

TEST(SparklineTest, NothingAndZeros) {
  EXPECT_EQ(Sparkline({}, 5), "");
  const double zeros[] = {0, 0};
  EXPECT_EQ(Sparkline(zeros, 5), "\u2581\u2581");
}

}  // namespace
}  // namespace specctl::controller
