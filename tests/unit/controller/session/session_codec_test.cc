#include "controller/session/session_codec.h"

#include <gtest/gtest.h>

#include <absl/strings/str_format.h>

#include "common/journal/event_codec.h"
#include "common/journal/protocol_version.h"

namespace specctl::controller {
namespace {

v1::Hello Hello() {
  v1::Hello hello;
  hello.set_protocol_version(kSessionProtocolVersion);
  hello.set_specctl_version("0.2.0");
  hello.set_join_token("token");
  return hello;
}

TEST(CheckHelloTest, TheSameVersionAndTokenPass) {
  EXPECT_TRUE(CheckHello(Hello(), {.specctl_version = "0.1.0", .join_token = "token"}).ok());
  EXPECT_TRUE(CheckHello(Hello(), {.specctl_version = "0.1.0", .join_token = ""}).ok());
}

TEST(CheckHelloTest, AnotherVersionIsRefusedWithBothNamed) {
  v1::Hello hello = Hello();
  hello.set_protocol_version(kSessionProtocolVersion + 6);
  const absl::Status status =
      CheckHello(hello, {.specctl_version = "0.1.0", .join_token = "token"});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            absl::StrFormat("session protocol: agent has version %d (specctl 0.2.0), controller "
                            "has version %d (specctl 0.1.0); install the same specctl on both",
                            kSessionProtocolVersion + 6, kSessionProtocolVersion));
}

TEST(CheckHelloTest, AnotherTokenIsRefused) {
  const absl::Status status =
      CheckHello(Hello(), {.specctl_version = "0.1.0", .join_token = "other"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status.message(), "join token: not that of this run");
}

TEST(DecodeAgentMessageTest, AHelloMayHaveANumber) {
  v1::AgentMessage message;
  message.mutable_hello()->set_incarnation(7);
  message.mutable_hello()->mutable_host()->set_hostname("host-a");
  auto input = DecodeAgentMessage(message);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(std::get<AgentHello>(*input).incarnation, 7u);
  EXPECT_EQ(std::get<AgentHello>(*input).agent, std::nullopt);
  EXPECT_EQ(std::get<AgentHello>(*input).host.hostname, "host-a");
  message.mutable_hello()->set_agent(0);
  input = DecodeAgentMessage(message);
  EXPECT_EQ(std::get<AgentHello>(*input).agent, 0u);
}

TEST(DecodeAgentMessageTest, ABatchComesAsValueAndAsEvent) {
  AgentBatch batch;
  batch.agent = 3;
  batch.seq = 9;
  batch.chunks = "abc";
  v1::AgentMessage message;
  *message.mutable_batch() = ToProto(batch);
  const auto input = DecodeAgentMessage(message);
  ASSERT_TRUE(input.ok());
  const ReceivedBatch& received = std::get<ReceivedBatch>(*input);
  EXPECT_EQ(received.batch.seq, 9u);
  EXPECT_EQ(received.batch.chunks, "abc");
  EXPECT_EQ(received.encoded_event, ToProto(Event(batch)).SerializeAsString());
}

TEST(DecodeAgentMessageTest, ABatchWithAnUnknownValueIsRefused) {
  AgentBatch batch;
  batch.agent = 3;
  batch.seq = 9;
  batch.finished.emplace_back();
  v1::AgentMessage message;
  *message.mutable_batch() = ToProto(batch);
  message.mutable_batch()->mutable_finished(0)->set_failure(static_cast<v1::FailureKind>(77));
  const auto input = DecodeAgentMessage(message);
  EXPECT_EQ(input.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(input.status().message(),
            "session: batch 9 of agent 3: finished[0].failure: got 77, which this version does not "
            "know; a newer specctl wrote it");
}

TEST(DecodeAgentMessageTest, AnUnknownKindIsAnError) {
  v1::AgentMessage message;
  const auto input = DecodeAgentMessage(message);
  EXPECT_EQ(input.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(input.status().message(), "session: got a message of a kind this version doesn't know");
}

TEST(EncodeOutputTest, TimesAreNanoseconds) {
  const auto welcome = EncodeOutput(WelcomeAgent{.agent = 2,
                                                 .lease = std::chrono::seconds(5),
                                                 .heartbeat = std::chrono::seconds(1),
                                                 .boot_id = "boot-a"});
  EXPECT_EQ(welcome.welcome().agent(), 2u);
  EXPECT_EQ(welcome.welcome().lease_ns(), 5'000'000'000);
  EXPECT_EQ(welcome.welcome().heartbeat_ns(), 1'000'000'000);
  EXPECT_EQ(welcome.welcome().controller_boot_id(), "boot-a");
  const auto drain = EncodeOutput(
      DrainAgent{.reason = DrainReason::kAgentLost, .grace = std::chrono::seconds(30)});
  EXPECT_EQ(drain.drain().reason(), v1::DRAIN_REASON_AGENT_LOST);
  EXPECT_EQ(drain.drain().grace_ns(), 30'000'000'000);
}

TEST(EncodeOutputTest, AForeignClockHasNoT0) {
  const auto here = EncodeOutput(ArmAgent{.t0_mono_ns = 5, .t0_agent_mono_ns = 5, .t0_unix_ns = 7});
  EXPECT_EQ(here.arm().t0_agent_mono_ns(), 5);
  const auto elsewhere =
      EncodeOutput(ArmAgent{.t0_mono_ns = 5, .t0_agent_mono_ns = std::nullopt, .t0_unix_ns = 7});
  EXPECT_FALSE(elsewhere.arm().has_t0_agent_mono_ns());
  EXPECT_EQ(elsewhere.arm().t0_unix_ns(), 7);
}

}  // namespace
}  // namespace specctl::controller
