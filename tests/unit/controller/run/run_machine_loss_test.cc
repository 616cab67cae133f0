// When an agent counts as lost, and what becomes of the run.
#include "controller/run/run_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/run/run_machine_fixture.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunMachineLossTest : public RunMachineTest {
 protected:
  // Agents 0 and 2 end too; returns why the run did.
  std::string EndOfTheRest() {
    Input(10, AgentDone{});
    Input(12, AgentDone{});
    EXPECT_THAT(Said(), ElementsAre("done 0", "done 2", "stage done", "scrape after"));
    machine_.OnScrapedAfter(now_);
    EXPECT_EQ(End(), RunEnd::kAgentLost);
    return Reason();
  }
};

TEST_F(RunMachineLossTest, AKilledAgentMakesTheOthersDrainAtOnceAndEndsTheRun) {
  ToRunning();
  machine_.OnProcessDied(1, "agent 1 (pid 7) was killed by signal 9", now_);
  EXPECT_THAT(Said(), IsEmpty());  // its last batches may still come
  EXPECT_EQ(machine_.OnBatch(11, Batch(1, 1), now_), BatchUse::kJournal);
  Input(11, SessionCut{});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
  EXPECT_EQ(EndOfTheRest(), "agent 1 (pid 7) was killed by signal 9");
}

TEST_F(RunMachineLossTest, AnAgentThatASignalStoppedMakesTheRestDrain) {
  ToRunning();
  Input(11, AgentDone{.stopped = true});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
  EXPECT_EQ(EndOfTheRest(), "agent 1 (host-a, pid 102) was told to end before its work was done");
}

TEST_F(RunMachineLossTest, AnAgentThatIsStoppedWithTheWholeRunIsNotLost) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Said();
  Input(11, AgentDone{.stopped = true});
  EXPECT_THAT(Said(), ElementsAre("done 1"));
}

TEST_F(RunMachineLossTest, ADeadAgentsSessionIsNotWaitedForLongerThanASecond) {
  ToRunning();
  machine_.OnProcessDied(1, "agent 1 (pid 7) was killed by signal 9", now_);
  Pass(milliseconds(999));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
}

TEST_F(RunMachineLossTest, AnAgentIsLostAfterThirtySecondsOfSilence) {
  ToRunning();
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentHeartbeat{});
  PassBeating(seconds(30), {10, 12});
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
  Hello(21, 2);
  EXPECT_THAT(Said(), ElementsAre("close 21"));  // it was given up
}

TEST_F(RunMachineLossTest, AProcessThatEndsAfterDoneIsNotLost) {
  ToRunning();
  Input(11, AgentDone{});
  Input(11, SessionCut{});
  machine_.OnProcessDied(1, "agent 1 (pid 7) exited with status 0", now_);
  PassBeating(seconds(40), {10, 12});
  EXPECT_THAT(Said(), ElementsAre("done 1"));
}

TEST_F(RunMachineLossTest, AnAgentThatNeverFinishesDrainingIsLost) {
  ToRunning();
  machine_.OnInterrupt(now_);
  Input(10, AgentDone{});
  Input(12, AgentDone{});
  Said();
  PassBeating(seconds(39), {11});
  EXPECT_THAT(Said(), IsEmpty());
  PassBeating(seconds(1), {11});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage done", "scrape after"));
}

TEST_F(RunMachineLossTest, WhenAllAgentsAreLostTheRunEnds) {
  ToRunning();
  Pass(seconds(31));
  machine_.OnScrapedAfter(now_);
  EXPECT_EQ(End(), RunEnd::kAgentLost);
  EXPECT_EQ(Reason(), "agent 0 (host-a, pid 101) was silent for 30 s");
}

TEST_F(RunMachineLossTest, AnAgentThatCannotBeginIsLost) {
  JoinAll();
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  Said();
  Input(11, AgentArmed{.error = "T0 has passed"});
  EXPECT_THAT(Said(), ElementsAre("lost 1", "close 11", "stage draining", "drain 10 agent lost 30",
                                  "drain 12 agent lost 30"));
}

}  // namespace
}  // namespace specctl::controller
