#include "controller/run/agent_records.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

const Armed kArmed{.t0_mono_ns = 5, .t0_unix_ns = 1'005, .boot_id = "boot-a"};

TEST(AgentRecordsTest, AnAgentOfTheSameBootGoesByTheMonotonicClock) {
  const ArmAgent arm = ArmOrder("run-1", kArmed, "boot-a");
  EXPECT_EQ(arm.run_id, "run-1");
  EXPECT_EQ(arm.t0_mono_ns, 5);
  EXPECT_EQ(arm.t0_agent_mono_ns, 5);
  EXPECT_EQ(arm.t0_unix_ns, 1'005);
}

TEST(AgentRecordsTest, AnAgentOfAnotherOrAnUnknownBootGoesByTheWallClock) {
  EXPECT_EQ(ArmOrder("run-1", kArmed, "boot-b").t0_agent_mono_ns, std::nullopt);
  EXPECT_EQ(
      ArmOrder("run-1", {.t0_mono_ns = 5, .t0_unix_ns = 6, .boot_id = ""}, "").t0_agent_mono_ns,
      std::nullopt);
}

TEST(AgentRecordsTest, WhatJoinedAndWhatWasProbedIsKeptAsTold) {
  const AgentJoined joined =
      JoinedOf(3, {.session = 9, .incarnation = 7, .host = {.hostname = "a"}}, 128);
  EXPECT_EQ(joined.agent, 3u);
  EXPECT_EQ(joined.incarnation, 7u);
  EXPECT_EQ(joined.host.hostname, "a");
  EXPECT_EQ(joined.slots, 128u);
  const ClockProbed probed = ProbedOf(3, {.agent_send_mono_ns = 1,
                                          .controller_receive_mono_ns = 2,
                                          .controller_send_mono_ns = 3,
                                          .agent_receive_mono_ns = 4});
  EXPECT_EQ(probed.agent, 3u);
  EXPECT_EQ(probed.agent_send_mono_ns, 1);
  EXPECT_EQ(probed.controller_receive_mono_ns, 2);
  EXPECT_EQ(probed.controller_send_mono_ns, 3);
  EXPECT_EQ(probed.agent_receive_mono_ns, 4);
}

}  // namespace
}  // namespace specctl::controller
