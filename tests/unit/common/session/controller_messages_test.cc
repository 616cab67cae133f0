#include "common/session/controller_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "specctl/v1/session.pb.h"
#include "tests/unit/common/session/golden_bytes.h"

namespace specctl {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

template <typename T>
T RoundTrip(const T& message) {
  auto decoded = Decode(Encode(ControllerMessage(message)));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return std::get<T>(*decoded);
}

WelcomeAgent FullWelcome() {
  return {.lease = seconds(5), .heartbeat = seconds(1), .boot_id = "boot-a"};
}
ArmAgent FullArm() {
  return {.run_id = "r", .t0_mono_ns = 5, .t0_agent_mono_ns = 6, .t0_unix_ns = 7};
}
DrainAgent FullDrain() {
  return {.run_id = "r", .reason = DrainReason::kAgentLost, .grace = seconds(30)};
}

TEST(ControllerMessagesTest, EachComesBackWhole) {
  const auto welcome = RoundTrip(FullWelcome());
  EXPECT_EQ(welcome.lease, seconds(5));
  EXPECT_EQ(welcome.heartbeat, seconds(1));
  EXPECT_EQ(welcome.boot_id, "boot-a");
  const auto arm = RoundTrip(FullArm());
  EXPECT_EQ(arm.run_id, "r");
  EXPECT_EQ(arm.t0_mono_ns, 5);
  EXPECT_EQ(arm.t0_agent_mono_ns, 6);
  EXPECT_EQ(arm.t0_unix_ns, 7);
  const auto drain = RoundTrip(FullDrain());
  EXPECT_EQ(drain.run_id, "r");
  EXPECT_EQ(drain.reason, DrainReason::kAgentLost);
  EXPECT_EQ(drain.grace, seconds(30));
  const auto ack = RoundTrip(AckBatches{.run_id = "r", .seq = 9});
  EXPECT_EQ(ack.run_id, "r");
  EXPECT_EQ(ack.seq, 9u);
  EXPECT_EQ(RoundTrip(ReleaseRun{.run_id = "r"}).run_id, "r");
  RoundTrip(DismissAgent{});
}

TEST(ControllerMessagesTest, AForeignClockHasNoT0) {
  EXPECT_EQ(RoundTrip(ArmAgent{.run_id = "r", .t0_mono_ns = 5}).t0_agent_mono_ns, std::nullopt);
}

TEST(ControllerMessagesTest, BytesOnTheWire) {
  EXPECT_EQ(HexOf(Encode(FullWelcome())), "WELCOME");
  EXPECT_EQ(HexOf(Encode(FullArm())), "ARM");
  EXPECT_EQ(HexOf(Encode(AckBatches{.run_id = "r", .seq = 9})), "ACK");
  EXPECT_EQ(HexOf(Encode(FullDrain())), "DRAIN");
  EXPECT_EQ(HexOf(Encode(ReleaseRun{.run_id = "r"})), "RELEASE");
  EXPECT_EQ(HexOf(Encode(DismissAgent{})), "DISMISS");
}

TEST(ControllerMessagesTest, WhatThisVersionDoesNotKnowIsAnError) {
  const auto nothing = Decode(v1::ControllerMessage());
  EXPECT_EQ(nothing.status().code(), absl::StatusCode::kInvalidArgument);
  v1::ControllerMessage drain;
  drain.mutable_drain()->set_reason(static_cast<v1::DrainReason>(9));
  const auto odd = Decode(drain);
  EXPECT_EQ(odd.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(odd.status().message()), HasSubstr("Drain: reason: got 9"));
  v1::ControllerMessage prepare;
  prepare.mutable_prepare()->mutable_head()->mutable_spec()->set_url_policy(
      static_cast<v1::UrlPolicy>(9));
  EXPECT_THAT(std::string(Decode(prepare).status().message()), HasSubstr("url_policy: got 9"));
}

}  // namespace
}  // namespace specctl
