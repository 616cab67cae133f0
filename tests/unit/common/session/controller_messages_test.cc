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
T SentAndRead(const T& message) {
  auto decoded = DecodeControllerMessage(EncodeControllerMessage(ControllerMessage(message)));
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
  const auto welcome = SentAndRead(FullWelcome());
  EXPECT_EQ(welcome.lease, seconds(5));
  EXPECT_EQ(welcome.heartbeat, seconds(1));
  EXPECT_EQ(welcome.boot_id, "boot-a");
  EXPECT_EQ(SentAndRead(WelcomeAgent{.resume_secret = "secret"}).resume_secret, "secret");
  const auto arm = SentAndRead(FullArm());
  EXPECT_EQ(arm.run_id, "r");
  EXPECT_EQ(arm.t0_mono_ns, 5);
  EXPECT_EQ(arm.t0_agent_mono_ns, 6);
  EXPECT_EQ(arm.t0_unix_ns, 7);
  const auto drain = SentAndRead(FullDrain());
  EXPECT_EQ(drain.run_id, "r");
  EXPECT_EQ(drain.reason, DrainReason::kAgentLost);
  EXPECT_EQ(drain.grace, seconds(30));
  const auto ack = SentAndRead(AckBatches{.run_id = "r", .seq = 9});
  EXPECT_EQ(ack.run_id, "r");
  EXPECT_EQ(ack.seq, 9u);
  EXPECT_EQ(SentAndRead(ReleaseRun{.run_id = "r"}).run_id, "r");
  SentAndRead(DismissAgent{});
}

TEST(ControllerMessagesTest, AForeignClockHasNoT0) {
  EXPECT_EQ(SentAndRead(ArmAgent{.run_id = "r", .t0_mono_ns = 5}).t0_agent_mono_ns, std::nullopt);
}

TEST(ControllerMessagesTest, BytesOnTheWire) {
  EXPECT_EQ(HexOf(EncodeControllerMessage(FullWelcome())),
            "0a140880e497d012108094ebdc031a06626f6f742d61");
  EXPECT_EQ(HexOf(EncodeControllerMessage(FullArm())), "1a090a0172100518062007");
  EXPECT_EQ(HexOf(EncodeControllerMessage(AckBatches{.run_id = "r", .seq = 9})), "22050a01721009");
  EXPECT_EQ(HexOf(EncodeControllerMessage(FullDrain())), "2a0b0a017210021880d88ee16f");
  EXPECT_EQ(HexOf(EncodeControllerMessage(ReleaseRun{.run_id = "r"})), "32030a0172");
  EXPECT_EQ(HexOf(EncodeControllerMessage(DismissAgent{})), "3a00");
}

TEST(ControllerMessagesTest, WhatThisVersionDoesNotKnowIsAnError) {
  const auto nothing = DecodeControllerMessage(v1::ControllerMessage());
  EXPECT_EQ(nothing.status().code(), absl::StatusCode::kInvalidArgument);
  v1::ControllerMessage drain;
  drain.mutable_drain()->set_reason(static_cast<v1::DrainReason>(9));
  const auto odd = DecodeControllerMessage(drain);
  EXPECT_EQ(odd.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(odd.status().message()), HasSubstr("Drain: reason: got 9"));
  v1::ControllerMessage prepare;
  prepare.mutable_prepare()->mutable_head()->mutable_spec()->set_url_policy(
      static_cast<v1::UrlPolicy>(9));
  EXPECT_THAT(std::string(DecodeControllerMessage(prepare).status().message()),
              HasSubstr("url_policy: got 9"));
}

}  // namespace
}  // namespace specctl
