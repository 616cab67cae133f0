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

TEST(AgentLabelsTest, TheWallClockThatIsFarthestOffIsNamed) {
  std::vector<AgentState> agents(3);
  for (uint32_t i = 0; i < 3; ++i) agents[i].agent = i;
  agents[0].wall_clock_off_ns = 1'004'000'000;
  agents[0].clock_bound_ns = 5'000'000;
  EXPECT_TRUE(AgentLabels(agents).empty()) << "it may be 0.999 s";
  agents[1].wall_clock_off_ns = 2'000'000'000;
  agents[2].wall_clock_off_ns = -180'000'000'000;
  agents[2].host.hostname = "node-7";
  const std::vector<VerdictLabel> labels = AgentLabels(agents);
  ASSERT_EQ(labels.size(), 1u);
  EXPECT_EQ(labels[0].code, Label::kClockOff);
  EXPECT_THAT(labels[0].text, testing::StartsWith("the wall clock of agent 2 (node-7) is 180 s "
                                                  "behind the controller's: "));
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

TEST(AgentLabelsTest, AControllerThatWasStartedAgainIsTold) {
  ControllerLives lives;
  EXPECT_FALSE(ControllerLabel(lives));
  lives.OnArmed({.t0_mono_ns = 0, .t0_unix_ns = 0, .boot_id = "boot-a"});
  lives.OnSeen(1'000'000'000);
  lives.OnControllerBegan({.boot_id = "boot-a", .mono_ns = 3'500'000'000, .unix_ns = 0});
  auto label = ControllerLabel(lives);
  ASSERT_TRUE(label);
  EXPECT_EQ(label->code, Label::kControllerRestarted);
  EXPECT_EQ(label->name(), "controller_restarted");
  EXPECT_THAT(label->text, testing::HasSubstr("away for 2.5 s in all"));
  EXPECT_THAT(label->text, testing::Not(testing::HasSubstr("wall clock")));
  lives.OnControllerBegan({.boot_id = "boot-b", .mono_ns = 0, .unix_ns = 4'500'000'000});
  label = ControllerLabel(lives);
  EXPECT_EQ(label->text,
            "the controller was started again 2 times and away for 3.5 s in all; agents went on, "
            "and servers' metrics have a gap; it changed hosts, whose clocks are joined by wall "
            "clock");
}

}  // namespace
}  // namespace specctl
