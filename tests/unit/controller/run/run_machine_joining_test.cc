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
  Hello(11, 2, 1);
  Pass(seconds(30));
  EXPECT_FALSE(machine_.ended());
  Pass(milliseconds(1));
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agents 0, 2 did not join within 30 s");
}

TEST_F(RunMachineJoiningTest, AnAgentThatIsNotPreparedInTimeIsNamed) {
  JoinAll();
  Input(10, AgentPrepared{});
  Input(12, AgentPrepared{});
  PassBeating(seconds(31), {10, 11, 12});
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(), "agent 1 (host-a, pid 102) was not prepared within 30 s");
}

TEST_F(RunMachineJoiningTest, AnAgentThatCannotRunItsSliceEndsTheRun) {
  JoinAll();
  Input(11, AgentPrepared{.error = "--bs: 2 slots need 12 files, the limit is 10"});
  EXPECT_EQ(End(), RunEnd::kFailed);
  EXPECT_EQ(Reason(),
            "agent 1 (host-a, pid 102) can't run its slice: --bs: 2 slots need 12 files, the limit "
            "is 10");
  EXPECT_THAT(Said(), Not(Contains("scrape after")));
}

TEST_F(RunMachineJoiningTest, AStrangerIsRefusedOnceAllHaveJoined) {
  JoinAll();
  Said();
  Hello(13, 4);
  EXPECT_THAT(Said(), ElementsAre("close 13"));
  Input(13, AgentPrepared{.error = "not to be heard"});
  EXPECT_FALSE(machine_.ended());
}

TEST_F(RunMachineJoiningTest, AProcessThatDiesBeforeItJoinedEndsTheRun) {
  Hello(10, 1, 0);
  machine_.OnProcessDied(1, "agent 1 (pid 7) exited with status 1", now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 1 (pid 7) exited with status 1");
  EXPECT_THAT(Said(), Not(Contains("lost 1")));  // the journal never met it
}

TEST_F(RunMachineJoiningTest, AnAgentThatDialsAgainKeepsItsNumberAndIsNotLost) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kJournal);
  Input(11, SessionCut{});
  Pass(seconds(29));
  Input(10, AgentHeartbeat{});
  Input(12, AgentHeartbeat{});
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("welcome 21 1", "ack 21"));
  PassBeating(seconds(20), {10, 21, 12});
  EXPECT_FALSE(machine_.ended());
  EXPECT_EQ(machine_.OnBatch(21, Batch(1, 2), now_), BatchUse::kJournal);
}

TEST_F(RunMachineJoiningTest, WhatAnAgentHasNotConfirmedIsSaidAgain) {
  JoinAll();
  Said();
  Input(11, SessionCut{});
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("welcome 21 1", "prepare 21"));
  for (const SessionId session : {10, 21, 12}) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Input(12, SessionCut{});
  Hello(22, 3);
  EXPECT_THAT(Said(), ElementsAre("welcome 22 2", "arm 22"));
  Input(22, AgentArmed{});
  machine_.OnInterrupt(now_);
  Said();
  Input(22, SessionCut{});
  Pass(seconds(4));
  Said();
  Hello(32, 3);
  EXPECT_THAT(Said(), ElementsAre("welcome 32 2", "drain 32 interrupted 6"));
}

TEST_F(RunMachineJoiningTest, ASessionThatIsOnlyHalfDeadIsReplaced) {
  ToRunning();
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("close 11", "welcome 21 1"));
  Input(11, SessionCut{});
  EXPECT_EQ(machine_.roster()[1].session, 21u);
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kDrop);
  EXPECT_EQ(machine_.OnBatch(21, Batch(1, 1), now_), BatchUse::kJournal);
}

}  // namespace
}  // namespace specctl::controller
