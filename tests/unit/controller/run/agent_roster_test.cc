#include "controller/run/agent_roster.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

class TakeBatchTest : public ::testing::Test {
 protected:
  TakeBatchTest() { roster_[0].incarnation = 7; }
  absl::StatusOr<bool> Take(uint32_t agent, uint64_t incarnation, uint64_t seq,
                            std::optional<uint64_t> run_hash = 99) {
    AgentBatch batch;
    batch.agent = agent;
    batch.incarnation = incarnation;
    batch.seq = seq;
    batch.run_hash = run_hash;
    return roster_.TakeBatch(0, batch);
  }
  AgentRoster roster_{2, /*run_hash=*/99};
};

TEST_F(TakeBatchTest, EachIsTakenOnce) {
  EXPECT_TRUE(*Take(0, 7, 1));
  EXPECT_TRUE(*Take(0, 7, 2));
  EXPECT_FALSE(*Take(0, 7, 1));
  EXPECT_FALSE(*Take(0, 7, 2));
  EXPECT_TRUE(*Take(0, 7, 3));
}

TEST_F(TakeBatchTest, AnotherRunsIsNotTaken) {
  EXPECT_FALSE(*Take(0, 7, 1, 98));
  EXPECT_FALSE(*Take(0, 7, 5, std::nullopt));
  EXPECT_TRUE(*Take(0, 7, 1));
}

TEST_F(TakeBatchTest, AGapIsAnError) {
  EXPECT_TRUE(*Take(0, 7, 1));
  EXPECT_EQ(Take(0, 7, 3).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Take(0, 7, 3).status().message(), "sent batch 3 after batch 1");
  EXPECT_TRUE(*Take(0, 7, 2));
}

TEST_F(TakeBatchTest, AnothersNameIsAnError) {
  EXPECT_EQ(Take(1, 7, 1).status().message(), "sent a batch in the name of agent 1, incarnation 7");
  EXPECT_EQ(Take(0, 8, 1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AgentRosterTest, NamesSayWhoIsMissing) {
  AgentRoster roster(3, 99);
  roster[1].phase = AgentPhase::kJoined;
  EXPECT_EQ(roster.NamesBelow(AgentPhase::kJoined), "agents 0, 2");
  roster[0].phase = AgentPhase::kPrepared;
  EXPECT_EQ(roster.NamesBelow(AgentPhase::kJoined), "agent 2");
  EXPECT_FALSE(roster.AllAtLeast(AgentPhase::kJoined));
  EXPECT_EQ(roster.NameOf(2), "agent 2");
  roster[2].host.hostname = "gpu-7";
  roster[2].host.pid = 55;
  EXPECT_EQ(roster.NameOf(2), "agent 2 (gpu-7, pid 55)");
}

TEST(AgentRosterTest, TheSlowestPrepareIsTheLongestRoundTrip) {
  AgentRoster roster(3, 99);
  EXPECT_EQ(roster.SlowestPrepare(), Nanos(0));
  roster[1].prepare_round_trip = std::chrono::milliseconds(30);
  roster[2].prepare_round_trip = std::chrono::milliseconds(20);
  EXPECT_EQ(roster.SlowestPrepare(), std::chrono::milliseconds(30));
}

TEST(AgentRosterTest, WhatIsForgivenIsNoSilenceAndNoTimeToPrepare) {
  using std::chrono::seconds;
  AgentRoster roster(2, 0);
  roster[0].heard = MonoTime(seconds(10));
  roster[0].prepare_sent = MonoTime(seconds(5));
  roster[1].heard = MonoTime(seconds(39));
  roster.Forgive(seconds(20), MonoTime(seconds(40)));
  EXPECT_EQ(roster[0].heard, MonoTime(seconds(30)));
  EXPECT_EQ(roster[0].prepare_sent, MonoTime(seconds(25)));
  EXPECT_EQ(roster[1].heard, MonoTime(seconds(40)));
}

}  // namespace
}  // namespace specctl::controller
