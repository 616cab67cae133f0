#include "common/analysis/agent_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(AgentLabelsTest, TheSlowestLinkIsTold) {
  std::vector<AgentState> agents(3);
  for (uint32_t i = 0; i < 3; ++i) agents[i].agent = i;
  agents[0].unacknowledged_ns_max = 2'000'000'000;
  EXPECT_TRUE(AgentLabels(agents).empty()) << "2 s are not above 2 s";
  agents[1].unacknowledged_ns_max = 3'500'000'000;
  agents[1].spool_bytes_max = 70'000;
  agents[2].unacknowledged_ns_max = 2'500'000'000;
  const std::vector<VerdictLabel> labels = AgentLabels(agents);
  ASSERT_EQ(labels.size(), 1u);
  EXPECT_EQ(labels[0].code, Label::kControllerLink);
  EXPECT_EQ(
      labels[0].text,
      "a batch of agent 1 waited 3.5 s for the controller; the agent spooled up to 70000 bytes");
}

TEST(AgentLabelsTest, StepsAndStampsAreSumsOverTheAgents) {
  std::vector<AgentState> agents(2);
  agents[0].wall_clock_steps = agents[1].wall_clock_steps = 1;
  agents[0].reads = agents[1].reads = 1'000;
  agents[1].unstamped_reads = 2;  // 0.1 %
  ASSERT_EQ(AgentLabels(agents).size(), 1u);
  agents[1].unstamped_reads = 3;
  const std::vector<VerdictLabel> labels = AgentLabels(agents);
  ASSERT_EQ(labels.size(), 2u);
  EXPECT_THAT(labels[0].text, testing::StartsWith("a wall clock was stepped 2 times"));
  EXPECT_THAT(labels[1].text, testing::StartsWith("3 of 2000 reads had no kernel timestamp"));
  EXPECT_TRUE(AgentLabels({}).empty());
}

TEST(AgentLabelsTest, AnAgentThatBeganLateIsNamed) {
  std::vector<AgentFigures> agents(3);
  for (uint32_t i = 0; i < 3; ++i) agents[i].agent = i;
  agents[1].started_ms = 1'200;
  agents[1].clock_bound_ms = 200;
  EXPECT_FALSE(LateStartLabel(agents)) << "it may be 1 s, and no more";
  agents[1].started_ms = 2'400;
  agents[2].started_ms = 0.5;
  const auto label = LateStartLabel(agents);
  ASSERT_TRUE(label);
  EXPECT_EQ(label->code, Label::kLateStart);
  EXPECT_THAT(label->text, testing::StartsWith("agent 1 began 2.4 s late, "));
  EXPECT_FALSE(LateStartLabel({}));
}

}  // namespace
}  // namespace specctl
