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

TEST_F(RunMachineTest, ARunGoesFromHelloToDone) {
  Hello(10, 1);
  EXPECT_THAT(Said(), ElementsAre("stage preparing", "joined 0", "welcome 10 0", "prepare 10"));
  Hello(11, 2);
  Hello(12, 3);
  Said();
  Input(10, AgentPrepared{});
  Input(11, AgentPrepared{});
  EXPECT_THAT(Said(), IsEmpty());
  Input(12, AgentPrepared{});
  EXPECT_THAT(Said(), ElementsAre("scrape before"));
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  EXPECT_THAT(Said(), ElementsAre("armed", "stage armed", "arm 10", "arm 11", "arm 12"));
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentArmed{});
  Pass(milliseconds(999));
  EXPECT_THAT(Said(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Said(), ElementsAre("stage running"));
  AgentBatch idle = Batch(1, 1);
  idle.first_idle_mono_ns = 1;
  EXPECT_EQ(machine_.OnBatch(11, idle, now_), BatchUse::kJournal);
  EXPECT_THAT(Said(), ElementsAre("stage draining"));
  Input(10, AgentDone{});
  Input(11, AgentDone{});
  EXPECT_THAT(Said(), ElementsAre("done 0", "done 1"));
  Input(12, AgentDone{});
  EXPECT_THAT(Said(), ElementsAre("done 2", "stage done", "scrape after"));
  EXPECT_FALSE(machine_.ended());
  machine_.OnScrapedAfter(now_);
  EXPECT_THAT(Said(), ElementsAre("run ended"));
  EXPECT_EQ(End(), RunEnd::kCompleted);
}

TEST_F(RunMachineTest, SlotsAreSplitOverTheAgents) {
  RunMachine::Options options = ThreeAgents();
  options.bs = 7;
  RunMachine machine(options, now_);
  for (uint64_t i = 0; i < 3; ++i) {
    machine.OnInput(10 + i, AgentHello{.incarnation = i + 1, .agent = std::nullopt, .host = {}},
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

TEST_F(RunMachineTest, T0IsGivenOnAnAgentsClockWhereItSharesTheBoot) {
  AgentHello elsewhere{.incarnation = 9, .agent = 2, .host = {}};
  elsewhere.host.boot_id = "boot-b";
  Hello(10, 1);
  Hello(11, 2);
  machine_.OnInput(12, elsewhere, now_);
  for (SessionId session = 10; session < 13; ++session) Input(session, AgentPrepared{});
  machine_.OnScrapedBefore(kRealMinusMono, now_);
  const int64_t t0 = (now_ + seconds(1)).time_since_epoch().count();
  std::vector<ArmAgent> arms;
  for (const Command& command : machine_.TakeCommands()) {
    const auto* send = std::get_if<SendToAgent>(&command);
    if (send == nullptr) continue;
    if (const auto* arm = std::get_if<ArmAgent>(&send->output)) arms.push_back(*arm);
  }
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[0].t0_mono_ns, t0);
  EXPECT_EQ(arms[0].t0_unix_ns, t0 + kRealMinusMono.count());
  EXPECT_EQ(arms[0].t0_agent_mono_ns, t0);
  EXPECT_EQ(arms[2].t0_agent_mono_ns, std::nullopt);
}

TEST_F(RunMachineTest, ARepeatedBatchIsKnown) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kJournal);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 2), now_), BatchUse::kJournal);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 1), now_), BatchUse::kRepeat);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 2), now_), BatchUse::kRepeat);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 3), now_), BatchUse::kJournal);
}

TEST_F(RunMachineTest, AnAgentThatLeavesOutABatchIsLost) {
  ToRunning();
  machine_.OnBatch(10, Batch(0, 1), now_);
  EXPECT_EQ(machine_.OnBatch(10, Batch(0, 3), now_), BatchUse::kDrop);
  EXPECT_THAT(Said(), ElementsAre("lost 0", "close 10", "stage draining", "drain 11 agent lost 30",
                                  "drain 12 agent lost 30"));
}

TEST_F(RunMachineTest, ABatchInAnotherAgentsNameIsNotTaken) {
  ToRunning();
  EXPECT_EQ(machine_.OnBatch(10, Batch(1, 1), now_), BatchUse::kDrop);
  EXPECT_EQ(machine_.roster()[1].last_seq, 0u);
  EXPECT_EQ(machine_.roster()[0].phase, AgentPhase::kLost);
}

}  // namespace
}  // namespace specctl::controller
