#include "common/analysis/stages.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

using std::chrono::seconds;

constexpr int64_t kStageMs = 1'000'000;

TEST(FindStagesTest, HoldIsTheWholeSecondsBetweenFullSlotsAndTheFirstIdleOne) {
  const StageBounds bounds =
      FindStages({}, {.slots_filled_ns = 300 * kStageMs, .work_ended_ns = 7'900 * kStageMs});
  EXPECT_EQ(bounds.hold_s, 1);
  EXPECT_EQ(bounds.drain_s, 7);
  ASSERT_TRUE(bounds.has_hold());
  EXPECT_EQ(bounds.At(999 * kStageMs), Stage::kRamp);
  EXPECT_EQ(bounds.At(1'000 * kStageMs), Stage::kHold);
  EXPECT_EQ(bounds.At(6'999 * kStageMs), Stage::kHold);
  EXPECT_EQ(bounds.At(7'000 * kStageMs), Stage::kDrain);
}

TEST(FindStagesTest, RampAndWarmUpComeBeforeIt) {
  const LoadSpec load{.ramp = seconds(3), .warmup = seconds(2)};
  const StageBounds bounds =
      FindStages(load, {.slots_filled_ns = 2'800 * kStageMs, .work_ended_ns = 60'000 * kStageMs});
  EXPECT_EQ(bounds.At(2'900 * kStageMs), Stage::kRamp);
  EXPECT_EQ(bounds.At(3'000 * kStageMs), Stage::kWarmup);
  EXPECT_EQ(bounds.At(5'000 * kStageMs), Stage::kHold);
}

TEST(FindStagesTest, SlotsThatFillLateLeaveNoWarmUp) {
  const LoadSpec load{.ramp = seconds(1), .warmup = seconds(1)};
  const StageBounds bounds =
      FindStages(load, {.slots_filled_ns = 4'100 * kStageMs, .work_ended_ns = 9'000 * kStageMs});
  EXPECT_EQ(bounds.At(4'500 * kStageMs), Stage::kRamp);
  EXPECT_EQ(bounds.At(5'000 * kStageMs), Stage::kHold);
}

TEST(FindStagesTest, DeadlineCountsFromTheEndOfRampAndWarmUp) {
  const LoadSpec load{.ramp = seconds(1), .warmup = seconds(2), .duration = seconds(10)};
  EXPECT_EQ(FindStages(load, {.slots_filled_ns = 0}).drain_s, 13);
  EXPECT_EQ(FindStages(load, {.slots_filled_ns = 0, .work_ended_ns = 5'500 * kStageMs}).drain_s, 5);
}

TEST(FindStagesTest, WithoutAWholeSecondThereIsNoHold) {
  const StageBounds bounds =
      FindStages({}, {.slots_filled_ns = 1'100 * kStageMs, .work_ended_ns = 2'900 * kStageMs});
  EXPECT_FALSE(bounds.has_hold());
  EXPECT_EQ(bounds.At(2'950 * kStageMs), Stage::kWarmup);
  EXPECT_EQ(bounds.At(3'000 * kStageMs), Stage::kDrain);
}

TEST(FindStagesTest, ALossEndsTheHoldAndTheRestIsAStageOfItsOwn) {
  const StageBounds bounds = FindStages({}, {.slots_filled_ns = 300 * kStageMs,
                                             .work_ended_ns = 30'000 * kStageMs,
                                             .reduced_ns = 12'400 * kStageMs});
  EXPECT_EQ(bounds.hold_end_s(), 12);
  EXPECT_EQ(bounds.At(11'999 * kStageMs), Stage::kHold);
  EXPECT_EQ(bounds.At(12'000 * kStageMs), Stage::kReduced);
  EXPECT_EQ(bounds.At(30'000 * kStageMs), Stage::kDrain);
  EXPECT_FALSE(bounds.StandsAt(5));
  EXPECT_TRUE(bounds.StandsAt(6));
}

TEST(FindStagesTest, ALossBeforeAHoldPutsItOff) {
  const StageBounds bounds = FindStages({}, {.slots_filled_ns = 300 * kStageMs,
                                             .work_ended_ns = 30'000 * kStageMs,
                                             .hold_not_before_ns = 4'100 * kStageMs});
  EXPECT_EQ(bounds.At(4'900 * kStageMs), Stage::kWarmup);
  EXPECT_EQ(bounds.At(5'000 * kStageMs), Stage::kHold);
}

TEST(FindStagesTest, NeverFilledIsAllRamp) {
  const StageBounds bounds = FindStages({}, {.work_ended_ns = 2'500 * kStageMs});
  EXPECT_FALSE(bounds.has_hold());
  EXPECT_EQ(bounds.At(2'400 * kStageMs), Stage::kRamp);
}

// A request is settled once all agents have reported past the second of its begin.
TEST(FindStagesTest, LaterFactsChangeNoSecondBeforeThem) {
  const StageBounds early = FindStages({}, {.slots_filled_ns = 200 * kStageMs});
  for (const int64_t end_ms : {3'000, 3'001, 3'999}) {
    const StageBounds late =
        FindStages({}, {.slots_filled_ns = 200 * kStageMs, .work_ended_ns = end_ms * kStageMs});
    for (int64_t ms = 0; ms < 3'000; ms += 100) {
      EXPECT_EQ(early.At(ms * kStageMs), late.At(ms * kStageMs)) << ms << " " << end_ms;
    }
  }
}

}  // namespace
}  // namespace specctl
