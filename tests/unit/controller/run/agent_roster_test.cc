#include "controller/run/agent_roster.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

const MonoTime kNow{std::chrono::seconds(5)};

AgentHello Hello(uint64_t incarnation, std::optional<uint32_t> agent = std::nullopt) {
  return {.incarnation = incarnation, .agent = agent, .host = {}};
}

TEST(AgentRosterTest, TheFirstFreeNumberIsGiven) {
  AgentRoster roster(3);
  EXPECT_EQ(roster.Admit(10, Hello(1, 1), kNow)->agent, 1u);
  EXPECT_EQ(roster.Admit(11, Hello(2), kNow)->agent, 0u);
  EXPECT_EQ(roster.Admit(12, Hello(3), kNow)->agent, 2u);
  EXPECT_EQ(roster.AgentOf(11), 0u);
  EXPECT_EQ(roster[2].phase, AgentPhase::kJoined);
  EXPECT_EQ(roster[2].heard, kNow);
}

TEST(AgentRosterTest, AProcessKeepsItsNumber) {
  AgentRoster roster(2);
  ASSERT_TRUE(roster.Admit(10, Hello(1), kNow).ok());
  roster[0].phase = AgentPhase::kArmed;
  const auto again = roster.Admit(20, Hello(1), kNow);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->agent, 0u);
  EXPECT_TRUE(again->resumed);
  EXPECT_EQ(again->replaced, 10u);
  EXPECT_EQ(roster[0].phase, AgentPhase::kArmed);
  EXPECT_EQ(roster.AgentOf(10), std::nullopt);
}

TEST(AgentRosterTest, AnotherProcessCannotTakeANumber) {
  AgentRoster roster(2);
  ASSERT_TRUE(roster.Admit(10, Hello(1, 0), kNow).ok());
  const auto other = roster.Admit(11, Hello(2, 0), kNow);
  EXPECT_EQ(other.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(other.status().message(), "agent 0: another process has this number");
  EXPECT_EQ(roster.AgentOf(10), 0u);
}

TEST(AgentRosterTest, ANumberBeyondTheRunIsRefused) {
  AgentRoster roster(2);
  const auto beyond = roster.Admit(10, Hello(1, 2), kNow);
  EXPECT_EQ(beyond.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(beyond.status().message(), "agent 2: this run has 2 agents, numbered from 0");
}

TEST(AgentRosterTest, AFullRunRefusesStrangers) {
  AgentRoster roster(1);
  ASSERT_TRUE(roster.Admit(10, Hello(1), kNow).ok());
  const auto stranger = roster.Admit(11, Hello(2), kNow);
  EXPECT_EQ(stranger.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(stranger.status().message(), "all 1 agents of this run have joined");
}

TEST(AgentRosterTest, AnAgentThatWasGivenUpStaysOut) {
  AgentRoster roster(1);
  ASSERT_TRUE(roster.Admit(10, Hello(1), kNow).ok());
  roster[0].phase = AgentPhase::kLost;
  const auto back = roster.Admit(11, Hello(1), kNow);
  EXPECT_EQ(back.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(back.status().message(), "agent 0: was given up; the run goes on without it");
}

class TakeBatchTest : public ::testing::Test {
 protected:
  TakeBatchTest() { EXPECT_TRUE(roster_.Admit(10, Hello(7), kNow).ok()); }
  absl::StatusOr<bool> Take(uint32_t agent, uint64_t incarnation, uint64_t seq) {
    AgentBatch batch;
    batch.agent = agent;
    batch.incarnation = incarnation;
    batch.seq = seq;
    return roster_.TakeBatch(0, batch);
  }
  AgentRoster roster_{2};
};

TEST_F(TakeBatchTest, EachIsTakenOnce) {
  EXPECT_TRUE(*Take(0, 7, 1));
  EXPECT_TRUE(*Take(0, 7, 2));
  EXPECT_FALSE(*Take(0, 7, 1));
  EXPECT_FALSE(*Take(0, 7, 2));
  EXPECT_TRUE(*Take(0, 7, 3));
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
  AgentRoster roster(3);
  ASSERT_TRUE(roster.Admit(10, Hello(1, 1), kNow).ok());
  EXPECT_EQ(roster.NamesBelow(AgentPhase::kJoined), "agents 0, 2");
  ASSERT_TRUE(roster.Admit(11, Hello(2), kNow).ok());
  EXPECT_EQ(roster.NamesBelow(AgentPhase::kJoined), "agent 2");
  EXPECT_FALSE(roster.AllAtLeast(AgentPhase::kJoined));
  EXPECT_EQ(roster.NameOf(2), "agent 2");
  roster[2].host.hostname = "gpu-7";
  roster[2].host.pid = 55;
  EXPECT_EQ(roster.NameOf(2), "agent 2 (gpu-7, pid 55)");
}

}  // namespace
}  // namespace specctl::controller
