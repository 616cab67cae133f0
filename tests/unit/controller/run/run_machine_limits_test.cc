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

using RunMachineLimitsTest = RunMachineTest;

TEST_F(RunMachineLimitsTest, AnInterruptDrainsWithTenSecondsGrace) {
  ToRunning();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 interrupted 10",
                                  "drain 11 interrupted 10", "drain 12 interrupted 10"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  EXPECT_THAT(Said(), Contains("scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, ASecondInterruptEndsAtOnce) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Input(11, AgentDone{});
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain 10 interrupted 0", "drain 12 interrupted 0", "stage done",
                                  "run ended"));
  EXPECT_EQ(End(), RunEnd::kInterrupted);
  EXPECT_EQ(Reason(), "interrupted twice: stopped at once");
}

TEST_F(RunMachineLimitsTest, AnInterruptBeforeT0IsArmedEndsAtOnce) {
  JoinAll();
  machine_.OnInterrupt(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, AnInterruptShortensTheDrainAfterALostAgent) {
  ToRunning();
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 was killed", now_);
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain 10 interrupted 10", "drain 12 interrupted 10"));
  Input(10, AgentDone{});
  Input(12, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kInterrupted);
}

TEST_F(RunMachineLimitsTest, TooManyFailuresDrainTheRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kOk, 8);
  Add(batch, Outcome::kTimedOut, 1);
  EXPECT_EQ(machine_.OnBatch(10, batch, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), IsEmpty());  // 9 of at least 10
  batch = Batch(1, 1);
  Add(batch, Outcome::kFailed, 1, "http://a:8000: status 503");
  EXPECT_EQ(machine_.OnBatch(11, batch, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 failures 30", "drain 11 failures 30",
                                  "drain 12 failures 30"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
  EXPECT_THAT(Reason(), HasSubstr("2 of 10 requests failed or timed out (20 %), more than "
                                  "--max-failed 10%; the last: http://a:8000: status 503"));
}

TEST_F(RunMachineLimitsTest, AShortRunOfFailuresOnlyIsNoCompletedRun) {
  ToRunning();
  AgentBatch batch = Batch(0, 1);
  Add(batch, Outcome::kFailed, 2, "refused");
  machine_.OnBatch(10, batch, now_);
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentDone{});
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kTooManyFailures);
}

TEST_F(RunMachineLimitsTest, AFailedJournalDrainsWithoutGraceAndEndsWithinASecond) {
  ToRunning();
  machine_.OnJournalFailed("journal.pb: No space left on device", now_);
  EXPECT_THAT(Said(), ElementsAre("stage draining", "drain 10 interrupted 0",
                                  "drain 11 interrupted 0", "drain 12 interrupted 0"));
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kDrop);
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
  Hello(21, 2);
  Input(10, AgentDone{});
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 was killed", now_);
  machine_.OnScrapedAfter(now_);
  machine_.OnInterrupt(now_);
  machine_.OnJournalFailed("disk full", now_);
  EXPECT_EQ(machine_.OnBatch(12, Batch(2, 1), now_), BatchUse::kDrop);
  Pass(seconds(100));
  EXPECT_THAT(Said(), IsEmpty());
}

}  // namespace
}  // namespace specctl::controller
