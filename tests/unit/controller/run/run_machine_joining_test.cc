// How agents join a run, and keep their place in it over sessions that are cut.
#include "controller/run/run_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/run/run_machine_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

using RunMachineJoiningTest = RunMachineTest;

TEST_F(RunMachineJoiningTest, AgentsThatDoNotJoinAreNamed) {
  Up(11, 1);
  Pass(seconds(30));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agents 0, 2 did not join within 30 s");
}

TEST_F(RunMachineJoiningTest, AnAgentThatIsNotPreparedInTimeIsNamed) {
  JoinAll();
  Prepared(0);
  Prepared(2);
  PassBeating(seconds(31), {0, 1, 2});
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agent 1 (host-a, pid 102) was not prepared within 30 s");
}

TEST_F(RunMachineJoiningTest, AnAgentThatCannotRunItsSliceEndsTheRun) {
  JoinAll();
  Prepared(1, "--bs: 2 slots need 12 files, the limit is 10");
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(),
            "agent 1 (host-a, pid 102) can't run its slice: --bs: 2 slots need 12 files, the limit "
            "is 10");
  EXPECT_THAT(Said(), Not(Contains("scrape after")));
}

TEST_F(RunMachineJoiningTest, AProcessThatDiesBeforeItJoinedEndsTheRun) {
  Up(10, 0);
  Died(1, "agent 1 (pid 7) exited with status 1");
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 1 (pid 7) exited with status 1");
  EXPECT_THAT(Said(), Not(Contains("lost 1")));  // the journal never met it
}

TEST_F(RunMachineJoiningTest, AnAgentThatDialsAgainKeepsItsNumberAndIsNotLost) {
  ToRunning();
  EXPECT_EQ(Take(1, Batch(1, 1)), BatchUse::kJournal);
  Cut(1);
  Pass(seconds(29));
  Beat(0);
  Beat(2);
  Up(21, 1);
  EXPECT_THAT(Said(), ElementsAre("ack 21 1"));
  PassBeating(seconds(20), {0, 1, 2});
  EXPECT_FALSE(machine_.ended());
  EXPECT_EQ(Take(1, Batch(1, 2)), BatchUse::kJournal);
}

TEST_F(RunMachineJoiningTest, WhatAnAgentHasNotConfirmedIsSaidAgain) {
  JoinAll();
  Said();
  Cut(1);
  Up(21, 1);
  EXPECT_THAT(Said(), ElementsAre("prepare 21"));
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Cut(2);
  Up(22, 2);
  EXPECT_THAT(Said(), ElementsAre("arm 22"));
  Armed(2);
  machine_.OnInterrupt(now_);
  Said();
  Cut(2);
  Pass(seconds(4));
  Said();
  Up(32, 2);
  EXPECT_THAT(Said(), ElementsAre("drain 32 interrupted 6"));
}

TEST_F(RunMachineJoiningTest, TZeroWaitsUntilEveryAgentIsThere) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  Cut(1);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Pass(seconds(5));
  EXPECT_EQ(machine_.stage(), RunStage::kPreparing);
  Up(21, 1);
  EXPECT_THAT(Said(), Contains("arm 21"));
  EXPECT_EQ(machine_.stage(), RunStage::kArmed);
}

TEST_F(RunMachineJoiningTest, TZeroDoesNotWaitForEver) {
  JoinAll();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  Cut(1);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Pass(seconds(9));
  EXPECT_EQ(machine_.stage(), RunStage::kPreparing);
  Pass(seconds(2));
  EXPECT_EQ(machine_.stage(), RunStage::kRunning);
}

TEST_F(RunMachineJoiningTest, TimeToJoinIsTimeInWhichTheControllerRuns) {
  Up(10, 0);
  Stall(seconds(300));
  Up(11, 1);
  Up(12, 2);
  Said();
  EXPECT_FALSE(machine_.ended());
}

}  // namespace
}  // namespace specctl::controller
