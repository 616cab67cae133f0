#include "common/session/agent_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <absl/strings/str_format.h>

#include "common/journal/protocol_version.h"
#include "specctl/v1/session.pb.h"
#include "tests/unit/common/session/golden_bytes.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

AgentHello FullHello() {
  AgentHello hello{.protocol_version = kSessionProtocolVersion,
                   .specctl_version = "0.2.0",
                   .incarnation = 7,
                   .host = {},
                   .join_token = "token",
                   .spawn_number = 3,
                   .held = {{.run_id = "run-1",
                             .agent = 2,
                             .phase = HeldPhase::kArmed,
                             .first_kept_seq = 4,
                             .last_seq = 9}}};
  hello.host.hostname = "host-a";
  hello.host.pid = 42;
  return hello;
}

template <typename T>
T RoundTrip(const T& message) {
  auto decoded = DecodeAgentMessage(EncodeAgentMessage(AgentMessage(message)));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return std::get<T>(*decoded);
}

TEST(AgentMessagesTest, AHelloComesBackWhole) {
  const AgentHello hello = RoundTrip(FullHello());
  EXPECT_EQ(hello.protocol_version, kSessionProtocolVersion);
  EXPECT_EQ(hello.specctl_version, "0.2.0");
  EXPECT_EQ(hello.incarnation, 7u);
  EXPECT_EQ(hello.host.hostname, "host-a");
  EXPECT_EQ(hello.host.pid, 42u);
  EXPECT_EQ(hello.join_token, "token");
  EXPECT_EQ(hello.spawn_number, 3u);
  EXPECT_EQ(hello.held, FullHello().held);
  EXPECT_EQ(RoundTrip(AgentHello{}).spawn_number, std::nullopt);
  const AgentHello again = RoundTrip(AgentHello{.name = "pod-0",
                                                .started_unix_ns = 9,
                                                .resume_secret = "secret",
                                                .predecessor_end = "was killed by signal 9"});
  EXPECT_EQ(again.name, "pod-0");
  EXPECT_EQ(again.started_unix_ns, 9);
  EXPECT_EQ(again.resume_secret, "secret");
  EXPECT_EQ(again.predecessor_end, "was killed by signal 9");
}

TEST(AgentMessagesTest, AnswersNameTheirRun) {
  const auto prepared = RoundTrip(AgentPrepared{.run_id = "run-1", .error = "no"});
  EXPECT_EQ(prepared.run_id, "run-1");
  EXPECT_EQ(prepared.error, "no");
  const auto armed = RoundTrip(AgentArmed{.run_id = "run-2", .late = std::chrono::seconds(2)});
  EXPECT_EQ(armed.run_id, "run-2");
  EXPECT_EQ(armed.late, std::chrono::seconds(2));
  const auto done = RoundTrip(AgentDone{.run_id = "run-3", .stopped = true, .last_seq = 17});
  EXPECT_EQ(done.run_id, "run-3");
  EXPECT_TRUE(done.stopped);
  EXPECT_EQ(done.last_seq, 17u);
}

TEST(AgentMessagesTest, ABatchsBytesAreNotTouched) {
  EXPECT_EQ(RoundTrip(SentBatch{.bytes = std::string("\x00\xff anything", 11)}).bytes,
            std::string("\x00\xff anything", 11));
  EXPECT_EQ(RoundTrip(AgentHeartbeat{.agent_mono_ns = 5}).agent_mono_ns, 5);
}

TEST(AgentMessagesTest, BytesOnTheWire) {
  EXPECT_EQ(HexOf(EncodeAgentMessage(FullHello())),
            "0a3808061205302e322e30190700000000000000220a0a06686f73742d61382a2a05746f6b656e30033a0f"
            "0a0572756e2d311002180320042809");
  EXPECT_EQ(HexOf(EncodeAgentMessage(AgentPrepared{.run_id = "r", .error = "e"})),
            "12060a0172120165");
  EXPECT_EQ(HexOf(EncodeAgentMessage(AgentArmed{.run_id = "r", .late = Nanos(5)})),
            "1a050a01721805");
  EXPECT_EQ(HexOf(EncodeAgentMessage(SentBatch{.bytes = "ab"})), "22026162");
  EXPECT_EQ(HexOf(EncodeAgentMessage(AgentHeartbeat{.agent_mono_ns = 5})), "2a020805");
  EXPECT_EQ(HexOf(EncodeAgentMessage(AgentDone{.run_id = "r", .stopped = true, .last_seq = 3})),
            "32070a017210011803");
}

TEST(AgentMessagesTest, WhatThisVersionDoesNotKnowIsAnError) {
  const auto nothing = DecodeAgentMessage(v1::AgentMessage());
  EXPECT_EQ(nothing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(nothing.status().message(),
            "session: got a message of a kind this version doesn't know");
  v1::AgentMessage hello;
  hello.mutable_hello()->add_held()->set_phase(static_cast<v1::HeldPhase>(9));
  const auto odd = DecodeAgentMessage(hello);
  EXPECT_EQ(odd.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(odd.status().message()), HasSubstr("held[0].phase: got 9"));
}

TEST(CheckHelloTest, TheSameVersionAndTokenPass) {
  EXPECT_TRUE(CheckHello(FullHello(), {.specctl_version = "0.2.0", .join_token = "token"}).ok());
  EXPECT_TRUE(CheckHello(FullHello(), {.specctl_version = "0.2.0", .join_token = ""}).ok());
}

TEST(CheckHelloTest, AnotherVersionIsRefusedWithBothNamed) {
  AgentHello hello = FullHello();
  hello.protocol_version = kSessionProtocolVersion + 6;
  const absl::Status status =
      CheckHello(hello, {.specctl_version = "0.1.0", .join_token = "token"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            absl::StrFormat("session protocol: agent has version %d (specctl 0.2.0), controller "
                            "has version %d (specctl 0.1.0); install the same specctl on both",
                            kSessionProtocolVersion + 6, kSessionProtocolVersion));
}

TEST(CheckHelloTest, AnotherBuildIsRefusedThoughItSpeaksTheProtocol) {
  const absl::Status status =
      CheckHello(FullHello(), {.specctl_version = "0.1.0", .join_token = "token"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "the agent is specctl 0.2.0 and the controller is specctl 0.1.0: install the same "
            "version on both");
}

TEST(CheckHelloTest, AnotherTokenIsRefused) {
  const absl::Status status =
      CheckHello(FullHello(), {.specctl_version = "0.2.0", .join_token = "other"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status.message(), "join token: does not match the controller's");
}

}  // namespace
}  // namespace specctl
