#include "common/analysis/run_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace specctl {
namespace {

using testing::HasSubstr;

TEST(RunChecksTest, NothingFoundIsNoFinding) {
  Results figures;
  figures.ended = true;
  figures.conservation.sent = figures.conservation.ok = 1;
  EXPECT_FALSE(CheckConservation(figures));
  EXPECT_FALSE(CheckMeasured(figures));
  EXPECT_FALSE(CheckEnd(figures));
  EXPECT_FALSE(CheckJournal({}));
  EXPECT_FALSE(CheckClocks({}));
  const std::vector<AgentState> agents(2);
  EXPECT_FALSE(CheckAgentsLost(agents));
  EXPECT_FALSE(CheckChunksDropped(agents));
}

// The run's books balance by two mistakes of its agents.
TEST(RunChecksTest, TheFirstAgentWhoseBooksDoNotBalanceIsTold) {
  Results figures;
  figures.conservation.sent = figures.conservation.ok = 10;
  figures.agents.resize(3);
  for (uint32_t i = 0; i < 3; ++i) figures.agents[i].agent = i;
  figures.agents[0].conservation.sent = figures.agents[0].conservation.ok = 4;
  figures.agents[1].conservation.sent = 3;
  figures.agents[1].conservation.ok = 2;
  figures.agents[2].conservation.sent = 3;
  figures.agents[2].conservation.ok = 4;
  const auto finding = CheckConservation(figures);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->state, VerdictState::kInvalid);
  EXPECT_EQ(finding->reason.code, ReasonCode::kConservation);
  EXPECT_THAT(finding->reason.text, HasSubstr("agent 1: sent 3, shed 0, unassigned 0; ok 2"));
}

TEST(RunChecksTest, OfManyLostAgentsEightAreNamed) {
  std::vector<AgentState> agents(11);
  for (uint32_t i = 0; i < agents.size(); ++i) {
    agents[i].agent = i;
    agents[i].lost = i != 3;
  }
  agents[0].end_reason = "agent 0 was killed by signal 9";
  const auto finding = CheckAgentsLost(agents);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->state, VerdictState::kDegraded);
  EXPECT_EQ(finding->reason.name(), "agent_lost");
  EXPECT_THAT(finding->reason.text, testing::StartsWith("agent 0 was killed by signal 9; agent 1 "
                                                        "was lost; agent 2 was lost; agent 4"));
  EXPECT_THAT(finding->reason.text, testing::EndsWith("agent 8 was lost; and 2 more"));
}

TEST(RunChecksTest, DroppedChunksAreCountedOverAllAgents) {
  std::vector<AgentState> agents(2);
  agents[0].chunks_dropped = 5;
  agents[1].chunks_dropped = 7;
  const auto finding = CheckChunksDropped(agents);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->state, VerdictState::kInvalid);
  EXPECT_EQ(finding->reason.text, "12 chunks dropped because a spool was full");
}

}  // namespace
}  // namespace specctl
