// The session hub over real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <absl/strings/str_format.h>

#include "common/journal/protocol_version.h"
#include "controller/fleet/inbox.h"
#include "controller/session/session_hub.h"
#include "tests/fakes/fake_agent.h"

namespace specctl::controller {
namespace {

using specctl::fakes::FakeAgent;
using ::testing::HasSubstr;

constexpr Nanos kPatience = std::chrono::seconds(20);

class ControllerSessionTest : public ::testing::Test {
 protected:
  ControllerSessionTest() {
    SessionHub::Options options;
    options.specctl_version = "0.1.0";
    options.join_token = "token";
    options.sessions_max = 2;
    auto hub = SessionHub::Start(
        options, {.session = [this](SessionInput input) { inputs_.Post(std::move(input)); },
                  .clock = [this](ClockTold probe) { probes_.Post(probe); }});
    EXPECT_TRUE(hub.ok()) << hub.status();
    hub_ = *std::move(hub);
  }

  FakeAgent::Options Agent() const {
    return {.address = hub_->address(),
            .join_token = "token",
            .incarnation = 1,
            .spawn_number = std::nullopt,
            .protocol_version = kSessionProtocolVersion};
  }
  // The next input, taken from its session: the hub reads on.
  SessionInput Next() {
    SessionInput input = NextUnconsumed();
    hub_->Consumed(input.session);
    return input;
  }
  SessionInput NextUnconsumed() {
    while (waiting_.empty()) waiting_ = inputs_.TakeItems(MonoNow() + kPatience);
    SessionInput input = std::move(waiting_.front());
    waiting_.pop_front();
    return input;
  }

  Inbox<SessionInput> inputs_{100};
  Inbox<ClockTold> probes_{100};
  std::deque<SessionInput> waiting_;
  std::unique_ptr<SessionHub> hub_;
};

PrepareParts Job(size_t conversations, size_t bytes) {
  auto workload = std::make_shared<Workload>();
  for (size_t i = 0; i < conversations; ++i) {
    WorkloadItem row;
    row.turns = {{{.role = "user", .content = std::string(bytes, 'x'), .raw_json = ""}}};
    workload->items.push_back(row);
  }
  LoadJob head;
  head.spec.run_id = "run-1";
  head.slice.rows = conversations;
  return {head, workload};
}

TEST_F(ControllerSessionTest, AnotherProtocolVersionIsRefusedWithBothNamed) {
  FakeAgent::Options options = Agent();
  options.protocol_version = kSessionProtocolVersion + 1;
  FakeAgent agent(options);
  agent.Dial();
  const grpc::Status status = agent.EndStatus();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(),
              HasSubstr(absl::StrFormat("agent has version %d (specctl 0.1.0), controller has "
                                        "version %d (specctl 0.1.0)",
                                        kSessionProtocolVersion + 1, kSessionProtocolVersion)));
  EXPECT_TRUE(std::holds_alternative<SessionCut>(NextUnconsumed().event));
}

TEST_F(ControllerSessionTest, AWrongJoinTokenIsRefused) {
  FakeAgent::Options options = Agent();
  options.join_token = "guess";
  FakeAgent agent(options);
  agent.Dial();
  const grpc::Status status = agent.EndStatus();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(status.error_message(), "join token: does not match the controller's");
}

TEST_F(ControllerSessionTest, ASessionMustBeginWithHello) {
  FakeAgent agent(Agent());
  agent.Dial();
  Next();
  agent.Dial();  // cuts the first; then a second Hello over one session
  while (!std::holds_alternative<AgentHello>(Next().event)) continue;
  agent.Send(AgentHello{.protocol_version = kSessionProtocolVersion, .specctl_version = "0.1.0"});
  const grpc::Status status = agent.EndStatus();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "session: need exactly one Hello, as the first message");
}

TEST_F(ControllerSessionTest, TooManySessionsAreRefused) {
  FakeAgent first(Agent()), second(Agent()), third(Agent());
  first.Dial();
  Next();
  second.Dial();
  Next();
  third.Dial();
  EXPECT_EQ(third.EndStatus().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ControllerSessionTest, ASliceComesInPartsAndWhole) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionId session = Next().session;
  hub_->Send(session, WelcomeAgent{});
  hub_->Send(session, Job(5, 1 << 20));
  ASSERT_TRUE(agent.Await<WelcomeAgent>());
  std::vector<uint64_t> indices;
  int parts = 0;
  for (bool last = false; !last; ++parts) {
    const auto part = agent.Await<PreparePart>();
    ASSERT_TRUE(part);
    for (const Slice::Entry& entry : part->entries) indices.push_back(entry.order_index);
    last = part->last;
  }
  EXPECT_EQ(parts, 5);
  EXPECT_THAT(indices, ::testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(ControllerSessionTest, ARowLargerThanAPartIsSentAll) {
  FakeAgent agent(Agent());
  agent.Dial();
  hub_->Send(Next().session, Job(1, 6 << 20));
  const auto part = agent.Await<PreparePart>();
  ASSERT_TRUE(part);
  EXPECT_TRUE(part->last);
  EXPECT_EQ(part->entries.at(0).item.turns.at(0).at(0).content.size(), 6u << 20);
}

TEST_F(ControllerSessionTest, BatchesOfManyMegabytesArrive) {
  FakeAgent agent(Agent());
  agent.Dial();
  Next();
  AgentBatch batch = agent.Batch(1);
  batch.chunks = std::string(20 << 20, 'c');
  ASSERT_TRUE(agent.SendBatch(batch));
  const SessionInput input = Next();
  const auto* received = std::get_if<ReceivedBatch>(&input.event);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->batch.chunks, batch.chunks);
  EXPECT_EQ(received->bytes, EncodeBatch(batch));
}

TEST_F(ControllerSessionTest, ASessionIsReadOnOnlyWhenItsMessageIsConsumed) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionInput hello = NextUnconsumed();
  agent.SendHeartbeat();
  EXPECT_TRUE(inputs_.TakeItems(MonoNow() + std::chrono::milliseconds(50)).empty());
  hub_->Consumed(hello.session);
  EXPECT_TRUE(std::holds_alternative<AgentHeartbeat>(Next().event));
}

TEST_F(ControllerSessionTest, WhatWasSentBeforeACutComesBeforeIt) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionInput hello = NextUnconsumed();
  agent.SendHeartbeat();
  hub_->Consumed(hello.session);
  const SessionInput heartbeat = NextUnconsumed();
  EXPECT_TRUE(std::holds_alternative<AgentHeartbeat>(heartbeat.event));
  agent.Cut();
  hub_->Consumed(heartbeat.session);
  EXPECT_TRUE(std::holds_alternative<SessionCut>(NextUnconsumed().event));
}

TEST_F(ControllerSessionTest, AcksThatWaitReplaceEachOther) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionId session = Next().session;
  hub_->Send(session, Job(4, 2 << 20));  // fills what the agent lets through unread
  for (uint64_t seq = 1; seq <= 1000; ++seq) {
    hub_->Send(session, AckBatches{.run_id = "run-1", .seq = seq});
  }
  int acks = 0;
  for (uint64_t seq = 0; seq < 1000; ++acks) {
    const auto ack = agent.Await<AckBatches>();
    ASSERT_TRUE(ack);
    EXPECT_GT(ack->seq, seq);
    seq = ack->seq;
  }
  EXPECT_LT(acks, 1000);
}

TEST_F(ControllerSessionTest, AnAgentThatDoesNotReadIsCut) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionId session = Next().session;
  for (int i = 0; i < 100; ++i) hub_->Send(session, Job(1, 2 << 20));
  EXPECT_TRUE(std::holds_alternative<SessionCut>(NextUnconsumed().event));
}

TEST_F(ControllerSessionTest, CloseWritesWhatIsQueuedFirst) {
  FakeAgent agent(Agent());
  agent.Dial();
  const SessionId session = Next().session;
  hub_->Send(session, ReleaseRun{.run_id = "run-1"});
  hub_->Close(session, absl::OkStatus());
  EXPECT_TRUE(agent.Await<ReleaseRun>());
  EXPECT_TRUE(agent.EndStatus().ok());
}

TEST_F(ControllerSessionTest, ShutdownEndsSessionsAndRefusesFurtherOnes) {
  FakeAgent agent(Agent());
  agent.Dial();
  Next();
  hub_->Shutdown(Nanos(0));
  EXPECT_FALSE(agent.Read());
}

TEST_F(ControllerSessionTest, ProbesGiveTheExchangeBeforeThem) {
  FakeAgent agent(Agent());
  const ClockReply first = agent.ProbeClock({.incarnation = 3, .agent_send_mono_ns = 1});
  EXPECT_GT(first.controller_receive_mono_ns, 0);
  EXPECT_LE(first.controller_receive_mono_ns, first.controller_send_mono_ns);
  EXPECT_TRUE(probes_.TakeItems(MonoNow()).empty());
  const ClockExchange before{.agent_send_mono_ns = 1,
                             .controller_receive_mono_ns = 2,
                             .controller_send_mono_ns = 3,
                             .agent_receive_mono_ns = 4};
  agent.ProbeClock({.incarnation = 3, .agent_send_mono_ns = 5, .previous = before});
  const auto probes = probes_.TakeItems(MonoNow() + kPatience);
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].incarnation, 3u);
  EXPECT_EQ(probes[0].exchange, before);
}

TEST(ControllerSessionListenTest, AnAddressThatCannotBeHadIsNamed) {
  SessionHub::Options options;
  options.listen = "192.0.2.1:0";  // no host has it
  const auto hub = SessionHub::Start(options, {});
  EXPECT_EQ(hub.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(hub.status().message()), HasSubstr("can't listen on 192.0.2.1:0"));
}

}  // namespace
}  // namespace specctl::controller
