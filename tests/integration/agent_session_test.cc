// The whole agent, from Hello to Release, against a controller and a server that play scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <set>
#include <thread>

#include "agent/session/agent_process.h"
#include "common/journal/event_codec.h"
#include "common/journal/protocol_version.h"
#include "tests/fakes/fake_controller.h"
#include "tests/fakes/scripted_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::agent {
namespace {

using fakes::ControllerStream;
using fakes::FakeController;
using fakes::ReadMessage;
using fakes::ScriptedConnection;
using fakes::ScriptedServer;
using fakes::WriteMessage;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace asio = boost::asio;

// A server that answers every request, on a thread of its own.
class AnsweringServer {
 public:
  AnsweringServer() : server_(io_, {Script()}), tasks_(io_.get_executor()) {
    tasks_.Spawn(server_.Run());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~AnsweringServer() {
    asio::post(io_, [this] {
      tasks_.Cancel();
      asio::co_spawn(io_, tasks_.Join(), [](std::exception_ptr) {});
    });
    thread_.join();
  }
  std::string Url() const { return server_.Url(); }

 private:
  static ScriptedServer::Script Script() {
    return [](ScriptedConnection& connection) -> Task<void> {
      for (;;) {
        const std::string request = co_await connection.ReadRequest();
        if (request.empty()) co_return;
        co_await connection.Send(fakes::WholeStream());
      }
    };
  }
  asio::io_context io_{1};
  ScriptedServer server_;
  TaskGroup tasks_;
  std::thread thread_;
};

void Welcome(ControllerStream& stream) {
  v1::ControllerMessage message;
  message.mutable_welcome()->set_agent(0);
  WriteMessage(stream, message);
}

v1::SliceConversation Row(uint64_t order_index) {
  v1::SliceConversation row;
  row.set_order_index(order_index);
  auto* text = row.add_turns()->add_messages();
  text->set_role("user");
  text->set_content("question " + std::to_string(order_index));
  return row;
}

// A slice of `rows` conversations in two parts.
void Prepare(ControllerStream& stream, const std::string& url, uint64_t rows, uint32_t slots) {
  RunSpec spec;
  spec.run_id = "run";
  spec.load.bs = slots;
  v1::ControllerMessage message;
  v1::Prepare& first = *message.mutable_prepare();
  *first.mutable_spec() = ToProto(spec);
  first.set_agents(1);
  first.set_rows(rows);
  first.set_slots(slots);
  first.set_positions_end(rows);
  first.add_targets()->set_url(url);
  *first.add_conversations() = Row(0);
  WriteMessage(stream, message);
  v1::ControllerMessage rest;
  for (uint64_t i = 1; i < rows; ++i) *rest.mutable_prepare()->add_conversations() = Row(i);
  rest.mutable_prepare()->set_last(true);
  WriteMessage(stream, rest);
}

void Arm(ControllerStream& stream, Nanos from_now) {
  v1::ControllerMessage message;
  message.mutable_arm()->set_t0_agent_mono_ns((MonoNow() + from_now).time_since_epoch().count());
  WriteMessage(stream, message);
}

void Ack(ControllerStream& stream, uint64_t seq) {
  v1::ControllerMessage message;
  message.mutable_ack()->set_seq(seq);
  WriteMessage(stream, message);
}

void Release(ControllerStream& stream) {
  v1::ControllerMessage message;
  message.mutable_release();
  WriteMessage(stream, message);
}

AgentOptions OptionsFor(const FakeController& controller) {
  AgentOptions options;
  options.controller_address = controller.address();
  options.join_token = "token";
  options.specctl_version = "1.2.3";
  return options;
}

class AgentSessionTest : public ::testing::Test {
 protected:
  // Takes batches, acknowledges each, until Done.
  void TakeBatches(ControllerStream& stream) {
    for (;;) {
      const v1::AgentMessage message = ReadMessage(stream);
      if (!message.has_batch()) {
        EXPECT_TRUE(message.has_done()) << message.ShortDebugString();
        return;
      }
      Take(message.batch());
      Ack(stream, message.batch().seq());
    }
  }
  void Take(const v1::AgentBatch& batch) {
    seqs_.insert(batch.seq());
    if (batch.seq() <= last_seq_) return;
    EXPECT_EQ(batch.seq(), last_seq_ + 1);
    last_seq_ = batch.seq();
    for (const auto& finished : batch.finished()) {
      EXPECT_EQ(finished.outcome(), v1::OUTCOME_OK) << finished.error();
      ++ok_;
    }
  }

  AnsweringServer server_;
  std::multiset<uint64_t> seqs_;  // as they came, repeats too
  uint64_t last_seq_ = 0, ok_ = 0;
};

TEST_F(AgentSessionTest, ServesOneRunFromHelloToRelease) {
  v1::Hello hello;
  const auto script = [&](ControllerStream& stream) {
    hello = ReadMessage(stream).hello();
    Welcome(stream);
    Prepare(stream, server_.Url(), 20, 4);
    const v1::AgentMessage prepared = ReadMessage(stream);
    EXPECT_TRUE(prepared.has_prepared());
    EXPECT_EQ(prepared.prepared().error(), "");
    Arm(stream, std::chrono::seconds(1));
    const v1::AgentMessage armed = ReadMessage(stream);
    EXPECT_TRUE(armed.has_armed());
    EXPECT_EQ(armed.armed().error(), "");
    TakeBatches(stream);
    Release(stream);
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_EQ(ok_, 20u);
  EXPECT_EQ(hello.protocol_version(), kSessionProtocolVersion);
  EXPECT_EQ(hello.specctl_version(), "1.2.3");
  EXPECT_EQ(hello.join_token(), "token");
  EXPECT_NE(hello.incarnation(), 0u);
  EXPECT_NE(hello.host().boot_id(), "");
  EXPECT_GT(hello.host().files_max(), 0u);
  EXPECT_FALSE(hello.has_agent());
  const auto exchanges = controller.exchanges();
  ASSERT_GE(exchanges.size(), 16u);
  for (const v1::ClockExchange& exchange : exchanges) {
    EXPECT_LE(exchange.agent_send_mono_ns(), exchange.controller_receive_mono_ns());
    EXPECT_LE(exchange.controller_send_mono_ns(), exchange.agent_receive_mono_ns());
  }
}

TEST_F(AgentSessionTest, ARefusalIsPrintedInTheControllersWords) {
  const auto refuses = [](ControllerStream& stream) {
    ReadMessage(stream);
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                        "agent 1.2.3 speaks protocol 1, this controller 2");
  };
  FakeController controller({refuses});
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "specctl agent: agent 1.2.3 speaks protocol 1, this controller 2\n");
}

TEST_F(AgentSessionTest, ABrokenSessionIsDialledAgainAndUnackedBatchesAreRepeated) {
  std::vector<v1::Hello> hellos;
  const auto breaks = [&](ControllerStream& stream) {
    hellos.push_back(ReadMessage(stream).hello());
    Welcome(stream);
    Prepare(stream, server_.Url(), 20, 2);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(1));
    ReadMessage(stream);
    Take(ReadMessage(stream).batch());  // no Ack
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "controller restarts");
  };
  const auto resumes = [&](ControllerStream& stream) {
    hellos.push_back(ReadMessage(stream).hello());
    Welcome(stream);
    // It says again how far it is.
    EXPECT_TRUE(ReadMessage(stream).has_prepared());
    EXPECT_TRUE(ReadMessage(stream).has_armed());
    TakeBatches(stream);
    Release(stream);
    return grpc::Status::OK;
  };
  FakeController controller({breaks, resumes});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  ASSERT_EQ(hellos.size(), 2u);
  EXPECT_EQ(hellos[0].incarnation(), hellos[1].incarnation());
  EXPECT_EQ(hellos[1].agent(), 0u);
  EXPECT_EQ(ok_, 20u);
  EXPECT_EQ(seqs_.count(1), 2u);
}

TEST_F(AgentSessionTest, WhatCantBePreparedIsSaid) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Welcome(stream);
    Prepare(stream, "ftp://nowhere", 2, 1);
    const v1::AgentMessage prepared = ReadMessage(stream);
    EXPECT_THAT(prepared.prepared().error(), HasSubstr("ftp://nowhere"));
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the run can't begin");
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
}

TEST_F(AgentSessionTest, ADrainForAnUnknownReasonEndsTheAgentWithItsNumber) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Welcome(stream);
    v1::ControllerMessage drain;
    drain.mutable_drain()->set_reason(static_cast<v1::DrainReason>(9));
    WriteMessage(stream, drain);
    ReadMessage(stream);
    return grpc::Status::OK;
  };
  FakeController controller({script});
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("controller's Drain: reason: got 9, which this version does not know"));
}

TEST_F(AgentSessionTest, ABatchThatTheControllerCantReadIsNotSentAgain) {
  const auto refuses = [](ControllerStream& stream) {
    ReadMessage(stream);
    Welcome(stream);
    return grpc::Status(grpc::StatusCode::DATA_LOSS, "session: batch 1 of agent 0: finished[0]");
  };
  FakeController controller({refuses});
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("batch 1 of agent 0"));
}

TEST_F(AgentSessionTest, AT0ThatHasPassedIsAnError) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Welcome(stream);
    Prepare(stream, server_.Url(), 2, 1);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(-2));
    EXPECT_THAT(ReadMessage(stream).armed().error(), HasSubstr("T0 had passed 2."));
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "late");
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
  EXPECT_EQ(last_seq_, 0u);
}

TEST_F(AgentSessionTest, ADrainEndsTheRunEarlyWithEverythingReported) {
  uint64_t unassigned = 0;
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Welcome(stream);
    Prepare(stream, server_.Url(), 20'000, 2);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(1));
    EXPECT_EQ(ReadMessage(stream).armed().error(), "");
    Take(ReadMessage(stream).batch());
    v1::ControllerMessage drain;
    drain.mutable_drain()->set_reason(v1::DRAIN_REASON_INTERRUPTED);
    drain.mutable_drain()->set_grace_ns(10'000'000'000);
    WriteMessage(stream, drain);
    for (;;) {
      const v1::AgentMessage message = ReadMessage(stream);
      if (!message.has_batch()) break;
      Take(message.batch());
      for (const auto& part : message.batch().unassigned()) {
        EXPECT_EQ(part.reason(), v1::UNASSIGNED_REASON_INTERRUPTED);
        unassigned += part.requests();
      }
      Ack(stream, message.batch().seq());
    }
    Release(stream);
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_GT(ok_, 0u);
  EXPECT_EQ(ok_ + unassigned, 20'000u);
}

}  // namespace
}  // namespace specctl::agent
