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

TEST_F(RunMachineTest, ARunGoesFromJoiningToDone) {
  Up(10, 0);
  EXPECT_THAT(Said(), ElementsAre("stage preparing", "joined 0"));
  Up(11, 1);
  Up(12, 2);
  EXPECT_THAT(Said(),
              ElementsAre("joined 1", "joined 2", "prepare 10", "prepare 11", "prepare 12"));
  Prepared(0);
  Prepared(1);
  EXPECT_THAT(Said(), IsEmpty());
  Prepared(2);
  EXPECT_THAT(Said(), ElementsAre("scrape before"));
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  EXPECT_THAT(Said(), ElementsAre("armed", "stage armed", "arm 10", "arm 11", "arm 12"));
  for (uint32_t agent = 0; agent < 3; ++agent) Armed(agent);
  Pass(milliseconds(99));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("stage running"));
  AgentBatch idle = Batch(1, 1);
  idle.first_idle_mono_ns = 1;
  EXPECT_EQ(Take(1, idle), BatchUse::kJournal);
  EXPECT_THAT(Said(), ElementsAre("stage draining"));
  Done(0);
  Done(1);
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 1"));
  Done(2);
  EXPECT_THAT(Said(), ElementsAre("done 2", "stage done", "scrape after"));
  EXPECT_FALSE(machine_.ended());
  machine_.OnScrapedAfter(now_);
  EXPECT_FALSE(machine_.finished());
  EXPECT_THAT(Said(), ElementsAre("run ended", "ack 11 1"));
  EXPECT_TRUE(machine_.finished());
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineTest, SlotsAreSplitOverTheAgents) {
  RunMachine::Options options = ThreeAgents();
  options.expected = ExpectationOf(ClosedLoop{7});
  RunMachine machine(options, now_);
  for (uint32_t agent = 0; agent < 3; ++agent) {
    machine.OnAgent(agent, AgentUp{.session = 10 + agent, .incarnation = agent + 1, .host = {}},
                    now_);
  }
  std::vector<uint32_t> slots;
  for (const Command& command : machine.TakeCommands()) {
    const auto* record = std::get_if<RecordEvent>(&command);
    if (record == nullptr) continue;
    if (const auto* joined = std::get_if<AgentJoined>(&record->event)) {
      slots.push_back(joined->slots);
    }
  }
  EXPECT_THAT(slots, ElementsAre(3, 2, 2));
}

std::vector<ArmAgent> ArmsOf(const std::vector<Command>& commands) {
  std::vector<ArmAgent> arms;
  for (const Command& command : commands) {
    const auto* send = std::get_if<SendToAgent>(&command);
    if (send == nullptr) continue;
    if (const auto* arm = std::get_if<ArmAgent>(&send->message)) arms.push_back(*arm);
  }
  return arms;
}

TEST_F(RunMachineTest, T0IsGivenOnAnAgentsClockWhereItSharesTheBoot) {
  Up(10, 0);
  Up(11, 1);
  Up(12, 2, "boot-b");
  Said();
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  machine_.OnTick(now_);
  machine_.OnSynced(now_);
  // An agent elsewhere takes it by the wall clock, which may be off: not less than a second.
  const int64_t t0 = (now_ + seconds(1)).time_since_epoch().count();
  const std::vector<ArmAgent> arms = ArmsOf(machine_.TakeCommands());
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[0].t0_mono_ns, t0);
  EXPECT_EQ(arms[0].t0_unix_ns, t0 + kRealMinusMono.count());
  EXPECT_EQ(arms[0].t0_agent_mono_ns, t0);
  EXPECT_EQ(arms[2].t0_agent_mono_ns, std::nullopt);
}

TEST_F(RunMachineTest, TheLeadFollowsFromTheSlowestPrepare) {
  JoinAll();
  Prepared(0);
  Pass(milliseconds(400));
  Prepared(1);
  Pass(milliseconds(100));
  Prepared(2);
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  machine_.OnTick(now_);
  machine_.OnSynced(now_);
  const std::vector<ArmAgent> arms = ArmsOf(machine_.TakeCommands());
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[0].t0_mono_ns, (now_ + 3 * milliseconds(500)).time_since_epoch().count());
}

TEST_F(RunMachineTest, ARepeatedBatchIsKnownAndAcknowledgedAgainOnceItIsOnDisk) {
  ToRunning();
  syncs_ = false;
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kJournal);
  EXPECT_EQ(Take(0, Batch(0, 2)), BatchUse::kJournal);
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kDrop);
  EXPECT_THAT(Said(), IsEmpty());  // it is not on disk
  Pass(milliseconds(100));
  EXPECT_THAT(Said(), ElementsAre("sync"));
  EXPECT_EQ(Take(0, Batch(0, 3)), BatchUse::kJournal);
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("ack 10 2"));
  EXPECT_EQ(Take(0, Batch(0, 2)), BatchUse::kDrop);
  EXPECT_THAT(Said(), ElementsAre("ack 10 2"));
}

TEST_F(RunMachineTest, ABatchOfAnotherRunIsPassedOver) {
  ToRunning();
  AgentBatch before = Batch(0, 1);
  before.run_hash = RunHash("run-0");
  EXPECT_EQ(Take(0, before), BatchUse::kDrop);
  before.run_hash.reset();
  EXPECT_EQ(Take(0, before), BatchUse::kDrop);
  Tell(0, AgentDone{.run_id = "run-0"});
  Tell(0, AgentPrepared{.run_id = "run-0", .error = "not this run's"});
  EXPECT_THAT(Said(), IsEmpty());
  EXPECT_EQ(Take(0, Batch(0, 1)), BatchUse::kJournal);
}

TEST_F(RunMachineTest, AnAgentThatLeavesOutABatchIsLost) {
  ToRunning();
  Take(0, Batch(0, 1));
  EXPECT_EQ(Take(0, Batch(0, 3)), BatchUse::kDrop);
  EXPECT_THAT(Said(), ElementsAre("lost 0", "drop 0", "drain begun agent lost", "stage draining",
                                  "drain 11 agent lost 30", "drain 12 agent lost 30"));
}

TEST_F(RunMachineTest, AnAgentThatIsDoneWithABatchThatNeverCameIsLost) {
  ToRunning();
  Take(0, Batch(0, 1));
  Tell(0, AgentDone{.run_id = "run-1", .last_seq = 2});
  EXPECT_EQ(machine_.roster()[0].phase, AgentPhase::kLost);
}

TEST_F(RunMachineTest, ABatchInAnotherAgentsNameIsNotTaken) {
  ToRunning();
  EXPECT_EQ(Take(0, Batch(1, 1)), BatchUse::kDrop);
  EXPECT_EQ(machine_.roster()[1].last_seq, 0u);
  EXPECT_EQ(machine_.roster()[0].phase, AgentPhase::kLost);
}

TEST_F(RunMachineTest, NothingIsSentBeforeTheEventThatItFollowsFromIsOnDisk) {
  syncs_ = false;
  for (uint32_t agent = 0; agent < 3; ++agent) Up(10 + agent, agent);
  EXPECT_THAT(Said(), ElementsAre("stage preparing", "joined 0", "joined 1", "joined 2", "sync"));
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("prepare 10", "prepare 11", "prepare 12"));
  for (uint32_t agent = 0; agent < 3; ++agent) Prepared(agent);
  EXPECT_THAT(Said(), ElementsAre("scrape before"));
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  EXPECT_THAT(Said(), ElementsAre("armed", "stage armed", "sync"));
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("arm 10", "arm 11", "arm 12"));
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("drain begun interrupted", "stage draining", "sync"));
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("drain 10 interrupted 10", "drain 11 interrupted 10",
                                  "drain 12 interrupted 10"));
}

TEST_F(RunMachineTest, WhatWaitedForTheJournalIsNotSentOnceTheRunHasEnded) {
  syncs_ = false;
  for (uint32_t agent = 0; agent < 3; ++agent) Up(10 + agent, agent);
  Said();  // the sync that Prepare waits for is under way
  machine_.OnInterrupt(now_);
  EXPECT_THAT(Said(), ElementsAre("stage done", "run ended"));
  machine_.OnSynced(now_);
  EXPECT_THAT(Said(), ElementsAre("sync"));  // of the end; nobody is told to prepare
  machine_.OnSynced(now_);
  EXPECT_TRUE(machine_.finished());
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(RunMachineTest, ClockProbesOfAgentsThatHaveJoinedAreKept) {
  Said();
  Tell(0, ClockExchange{.agent_send_mono_ns = 1});
  EXPECT_THAT(Said(), IsEmpty());
  Up(10, 0);
  Tell(0, ClockExchange{.agent_send_mono_ns = 1});
  EXPECT_THAT(Said(), ElementsAre("joined 0", "probed"));
}

}  // namespace
}  // namespace specctl::controller
