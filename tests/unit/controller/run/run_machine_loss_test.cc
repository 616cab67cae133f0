// When an agent counts as lost, and what becomes of the run.
#include "controller/run/run_machine.h"

#include <memory>

#include <absl/strings/str_format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/run/run_machine_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunMachineLossTest : public RunMachineTest {
 protected:
  // Agents 0 and 2 end too; returns why the run did.
  std::string EndOfTheRest() {
    Done(0);
    Done(2);
    EXPECT_THAT(Said(), ElementsAre("done 0", "done 2", "stage done", "scrape after"));
    machine_.OnScrapedAfter(now_);
    EXPECT_EQ(End(), RunEnd::kAgentLost);
    return Reason();
  }
};

TEST_F(RunMachineLossTest, AKilledAgentMakesTheOthersDrainAtOnceAndEndsTheRun) {
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  EXPECT_THAT(Said(), IsEmpty());  // its last batches may still come
  EXPECT_EQ(Take(1, Batch(1, 1)), BatchUse::kJournal);
  Cut(1);
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drop 1", "drain begun agent lost", "stage draining",
                                  "drain 10 agent lost 30", "drain 12 agent lost 30"));
  EXPECT_EQ(EndOfTheRest(), "agent 1 (pid 7) was killed by signal 9");
}

TEST_F(RunMachineLossTest, AnAgentThatASignalStoppedMakesTheRestDrain) {
  ToRunning();
  Done(1, /*stopped=*/true);
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drain begun agent lost", "stage draining",
                                  "drain 10 agent lost 30", "drain 12 agent lost 30"));
  EXPECT_EQ(EndOfTheRest(), "agent 1 (host-a, pid 102) was told to end before its work was done");
}

TEST_F(RunMachineLossTest, AnAgentThatIsStoppedWithTheWholeRunIsNotLost) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Done(1, /*stopped=*/true);
  EXPECT_THAT(Said(), ElementsAre("done 1"));
}

TEST_F(RunMachineLossTest, ADeadAgentsSessionIsNotWaitedForLongerThanASecond) {
  ToRunning();
  Died(1, "agent 1 (pid 7) was killed by signal 9");
  Pass(milliseconds(999));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drop 1", "drain begun agent lost", "stage draining",
                                  "drain 10 agent lost 30", "drain 12 agent lost 30"));
}

TEST_F(RunMachineLossTest, AnAgentIsLostAfterThirtySecondsOfSilence) {
  ToRunning();
  for (uint32_t agent = 0; agent < 3; ++agent) Beat(agent);
  EXPECT_THAT(PassBeating(seconds(30), {0, 2}), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drop 1", "drain begun agent lost", "stage draining",
                                  "drain 10 agent lost 30", "drain 12 agent lost 30"));
}

TEST_F(RunMachineLossTest, TheControllersOwnStallIsNobodysSilence) {
  ToRunning();
  PassBeating(seconds(20), {0, 1});
  Stall(seconds(300));
  EXPECT_THAT(Said(), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(9), {0, 1}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(2), {0, 1}), Contains("lost 2"));
}

TEST_F(RunMachineLossTest, AProcessThatEndsAfterDoneIsNotLost) {
  ToRunning();
  Done(1);
  Cut(1);
  Died(1, "agent 1 (pid 7) exited with status 0");
  EXPECT_THAT(PassBeating(seconds(40), {0, 2}), ElementsAre("done 1"));
}

TEST_F(RunMachineLossTest, AnAgentThatNeverFinishesDrainingIsLost) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Done(0);
  Done(2);
  Said();
  EXPECT_THAT(PassBeating(seconds(39), {1}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(1), {1}),
              ElementsAre("lost 1", "drop 1", "stage done", "scrape after"));
}

TEST_F(RunMachineLossTest, WhenAllAgentsAreLostTheRunEnds) {
  ToRunning();
  Pass(seconds(31));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 0 (host-a, pid 101) was silent for 30 s");
}

TEST_F(RunMachineLossTest, AnAgentThatIsNotDoneLongAfterTheLimitIsLost) {
  ToRunning();
  EXPECT_THAT(PassBeating(seconds(358), {0, 1, 2}), IsEmpty());
  EXPECT_THAT(PassBeating(seconds(2), {0, 1, 2}), Contains("scrape after"));  // 300 + 30 + 30 s
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(Reason(), "agent 0 (host-a, pid 101) did not finish when it was told to");
}

TEST_F(RunMachineLossTest, OneThatBeganLateHasAsLongAsTheOthers) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  for (uint32_t agent : {0, 2}) Armed(agent);
  PassBeating(seconds(6), {0, 1, 2});
  Armed(1, seconds(600));  // by a wall clock that is wrong: it can't be longer than until now
  for (uint32_t agent : {0, 2}) Done(agent);
  EXPECT_THAT(PassBeating(seconds(358), {1}), Not(Contains("drop 1")));
  EXPECT_THAT(PassBeating(seconds(3), {1}), Contains("drop 1"));
}

TEST_F(RunMachineLossTest, OneThatHasNotSaidWhenItBeganMayHaveBegunLate) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  for (uint32_t agent : {0, 2}) Armed(agent);
  for (uint32_t agent : {0, 2}) Done(agent);
  EXPECT_THAT(PassBeating(seconds(385), {1}), Not(Contains("drop 1")));
  EXPECT_THAT(PassBeating(seconds(8), {1}), Contains("drop 1"));
}

// --- runs that go on without them ---------------------------------------------------------------

class RunMachineDegradingTest : public RunMachineTest {
 protected:
  RunMachineDegradingTest() {
    RunMachine::Options options = ThreeAgents();
    options.degrades_on_agent_loss = true;
    std::destroy_at(&machine_);
    std::construct_at(&machine_, options, now_);
  }
  void Kill(uint32_t agent) {
    Died(agent, absl::StrFormat("agent %d (pid 7) was killed by signal 9", agent));
    Cut(agent);
  }
};

TEST_F(RunMachineDegradingTest, TheOthersGoOnAndTheRunCompletes) {
  ToRunning();
  Take(1, Batch(1, 1));
  Kill(1);
  EXPECT_THAT(Said(), ElementsAre("lost 1", "drop 1"));
  EXPECT_EQ(Take(1, Batch(1, 2)), BatchUse::kDrop);
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kJournal);
  EXPECT_EQ(machine_.stage(), RunStage::kRunning);
  Done(0);
  Done(2);
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 2", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineDegradingTest, OneThatIsSilentOrToldToEndIsDoneWithoutToo) {
  ToRunning();
  Done(2, /*stopped=*/true);
  EXPECT_THAT(Said(), ElementsAre("lost 2"));
  EXPECT_THAT(PassBeating(seconds(31), {0}), ElementsAre("lost 1", "drop 1"));
  Done(0);
  EXPECT_THAT(Said(), ElementsAre("done 0", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineDegradingTest, TheLastOneEndsTheRunAsLost) {
  ToRunning();
  Done(0, /*stopped=*/true);
  Kill(1);
  EXPECT_THAT(Said(), ElementsAre("lost 0", "lost 1", "drop 1"));
  Kill(2);
  EXPECT_THAT(Said(), ElementsAre("lost 2", "drop 2", "drain begun agent lost", "stage draining",
                                  "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 2 (pid 7) was killed by signal 9");
}

TEST_F(RunMachineDegradingTest, WhatTheOthersHaveDeliveredCompletesARunWhoseLastWorkerIsLost) {
  ToRunning();
  Done(0);
  Done(1);
  Kill(2);
  EXPECT_THAT(Said(),
              ElementsAre("done 0", "done 1", "lost 2", "drop 2", "stage done", "scrape after"));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineDegradingTest, BeforeT0ItFails) {
  JoinAll();
  Kill(1);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
}

TEST_F(RunMachineDegradingTest, OtherEndsStillEndIt) {
  ToRunning();
  Kill(1);
  Said();
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain begun interrupted", "stage draining",
                                  "drain 10 interrupted 10", "drain 12 interrupted 10"));
}

}  // namespace
}  // namespace specctl::controller
