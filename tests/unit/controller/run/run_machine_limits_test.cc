// What ends a run before its work is done: interrupts, failures, a journal that fails.
#include "controller/run/run_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/run/run_machine_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using RunMachineLimitsTest = RunMachineTest;

TEST_F(RunMachineLimitsTest, AnInterruptDrainsWithTenSecondsGrace) {
  ToRunning();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(),
              ElementsAre("drain begun interrupted", "stage draining", "drain 10 interrupted 10",
                          "drain 11 interrupted 10", "drain 12 interrupted 10"));
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  EXPECT_THAT(Said(), Contains("scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, ARunThatIsPreciseEnoughDrainsAndIsComplete) {
  ToRunning();
  machine_.OnPreciseEnough("ttft_ms_p99 +-4.8%", now_);
  EXPECT_THAT(Said(), ElementsAre("drain begun precise enough", "stage draining",
                                  "drain 10 precise enough 30", "drain 11 precise enough 30",
                                  "drain 12 precise enough 30"));
  machine_.OnPreciseEnough("again", now_);
  EXPECT_THAT(Said(), IsEmpty());
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
  EXPECT_EQ(Reason(), "ttft_ms_p99 +-4.8%");
}

TEST_F(RunMachineLimitsTest, WhatBefallsADrainOfThatCounts) {
  ToRunning();
  machine_.OnPreciseEnough("ttft_ms_p99 +-4.8%", now_);
  Cut(1);
  Died(1, "agent 1 was killed");
  Done(0);
  Done(2);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 1 was killed");
}

TEST_F(RunMachineLimitsTest, OnlyARunThatRunsCanBePreciseEnough) {
  JoinAll();
  machine_.OnPreciseEnough("too early", now_);
  EXPECT_FALSE(machine_.ended());
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  machine_.OnPreciseEnough("too late", now_);
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(RunMachineLimitsTest, ASecondInterruptEndsAtOnce) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Done(1);
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("stage done", "run ended"));  // Release stops the agents
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "interrupted twice: stopped at once");
}

TEST_F(RunMachineLimitsTest, AnInterruptByTheControllersOwnEndSaysSo) {
  ToRunning();
  machine_.OnInterrupt(now_, StopCause::kControllerEnds);
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "the controller was told to end (SIGTERM or Ctrl-C)");
}

TEST_F(RunMachineLimitsTest, ASecondOneOfTheControllersSaysSoToo) {
  ToRunning();
  machine_.OnInterrupt(now_, StopCause::kControllerEnds);
  machine_.OnInterrupt(now_, StopCause::kControllerEnds);
  EXPECT_EQ(Reason(), "the controller was told to end (SIGTERM or Ctrl-C): stopped at once");
}

TEST_F(RunMachineLimitsTest, AnInterruptBeforeT0IsArmedEndsAtOnce) {
  JoinAll();
  machine_.OnInterrupt(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, AnInterruptShortensTheDrainAfterALostAgent) {
  ToRunning();
  Cut(1);
  Died(1, "agent 1 was killed");
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain begun interrupted", "drain 10 interrupted 10",
                                  "drain 12 interrupted 10"));
  Done(0);
  Done(2);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, TooManyFailuresDrainTheRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kOk, 8);
  Add(batch, Outcome::kTimedOut, 1);
  EXPECT_EQ(Take(0, batch), BatchUse::kJournal);
  EXPECT_THAT(Said(), IsEmpty());  // 9 of at least 10
  batch = Batch(1, 1);
  Add(batch, Outcome::kFailed, 1, "http://a:8000: status 503");
  EXPECT_EQ(Take(1, batch), BatchUse::kJournal);
  EXPECT_THAT(Said(),
              ElementsAre("drain begun failures", "stage draining", "ack 10 1", "ack 11 1",
                          "drain 10 failures 30", "drain 11 failures 30", "drain 12 failures 30"));
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("2 of 10 requests failed or timed out (20 %), more than "
                                  "--max-failed 10%; the last: http://a:8000: status 503"));
}

TEST_F(RunMachineLimitsTest, AShortRunOfFailuresOnlyIsNoCompletedRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kFailed, 2, "refused");
  Take(0, batch);
  for (uint32_t agent = 0; agent < 3; ++agent) Done(agent);
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
}

TEST_F(RunMachineLimitsTest, AFailedJournalDrainsWithoutGraceAndEndsWithinASecond) {
  ToRunning();
  machine_.OnJournalFailed("journal.pb: No space left on device", now_);
  EXPECT_THAT(Said(),
              ElementsAre("drain begun interrupted", "stage draining", "drain 10 interrupted 0",
                          "drain 11 interrupted 0", "drain 12 interrupted 0"));
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kDrop);
  Pass(seconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "journal.pb: No space left on device");
}

TEST_F(RunMachineLimitsTest, AFailedJournalGoesBeforeAnInterrupt) {
  ToRunning();
  machine_.OnInterrupt(now_);
  machine_.OnJournalFailed("disk full", now_);
  machine_.OnInterrupt(now_);
  Pass(seconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
}

TEST_F(RunMachineLimitsTest, NothingIsSaidOnceTheRunHasEnded) {
  ToRunning();
  machine_.OnInterrupt(now_);
  machine_.OnInterrupt(now_);
  Said();
  Up(21, 1);
  Done(0);
  Cut(1);
  Died(1, "agent 1 was killed");
  machine_.OnScrapedAfter(now_);
  machine_.OnInterrupt(now_);
  machine_.OnJournalFailed("disk full", now_);
  EXPECT_EQ(Take(2, Batch(2, 1)), BatchUse::kDrop);
  Pass(seconds(100));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(RunMachineLimitsTest, WhereArmedIsNotOnDiskNobodyIsArmed) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  Said();
  syncs_ = false;
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  machine_.OnJournalFailed("disk full", now_);
  Cut(1);
  Up(21, 1);
  EXPECT_THAT(Said(), Not(Contains("arm 21")));
}

}  // namespace
}  // namespace specctl::controller
