// The whole agent, from Hello to Release, against a controller and a server that play scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <set>
#include <thread>

#include "agent/session/agent_process.h"
#include "common/journal/protocol_version.h"
#include "common/session/agent_messages.h"
#include "common/session/controller_messages.h"
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

// The next message that is no heartbeat, as one of type T.
template <typename T>
T Next(ControllerStream& stream) {
  auto message = DecodeAgentMessage(ReadMessage(stream));
  EXPECT_TRUE(message.ok()) << message.status();
  if (!message.ok()) return T();
  T* const is = std::get_if<T>(&*message);
  EXPECT_NE(is, nullptr) << "it said something else";
  return is == nullptr ? T() : std::move(*is);
}

void Say(ControllerStream& stream, const ControllerMessage& message) {
  WriteMessage(stream, EncodeControllerMessage(message));
}

// A slice of `rows` conversations in two parts.
void Prepare(ControllerStream& stream, const std::string& url, uint64_t rows, uint32_t slots,
             const std::string& run_id = "run") {
  PreparePart first;
  first.run_id = run_id;
  LoadJob& job = first.head.emplace();
  job.spec.run_id = run_id;
  job.spec.load.shape = ClosedLoop{slots};
  job.targets = {{.url = url}};
  job.slice.agents = 1;
  job.slice.rows = rows;
  job.slice.slots = slots;
  job.slice.limits.positions_end = rows;
  PreparePart rest{.run_id = run_id, .head = std::nullopt, .entries = {}, .last = true};
  for (uint64_t i = 0; i < rows; ++i) {
    Slice::Entry entry;
    entry.order_index = i;
    entry.item.turns = {{{"user", "question " + std::to_string(i), ""}}};
    (i == 0 ? first : rest).entries.push_back(entry);
  }
  Say(stream, first);
  Say(stream, rest);
}

void Arm(ControllerStream& stream, Nanos from_now, const std::string& run_id = "run") {
  Say(stream, ArmAgent{.run_id = run_id, .t0_agent_mono_ns = MonoNs(MonoNow() + from_now)});
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
  void TakeBatches(ControllerStream& stream, const std::string& run_id = "run") {
    for (;;) {
      auto message = DecodeAgentMessage(ReadMessage(stream));
      ASSERT_TRUE(message.ok()) << message.status();
      if (const auto* done = std::get_if<AgentDone>(&*message)) {
        EXPECT_EQ(done->run_id, run_id);
        EXPECT_EQ(done->last_seq, last_seq_);
        return;
      }
      auto* sent = std::get_if<SentBatch>(&*message);
      ASSERT_NE(sent, nullptr) << "it said something else";
      const AgentBatch batch = DecodeBatch(std::move(sent->bytes))->batch;
      EXPECT_EQ(batch.run_hash, RunHash(run_id));
      Take(batch);
      Say(stream, AckBatches{.run_id = run_id, .seq = batch.seq});
    }
  }
  void Take(const AgentBatch& batch) {
    seqs_.insert(batch.seq);
    if (batch.seq <= last_seq_) return;
    EXPECT_EQ(batch.seq, last_seq_ + 1);
    last_seq_ = batch.seq;
    for (const RequestFinished& finished : batch.finished) {
      EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
      ++ok_;
    }
    for (const Unassigned& part : batch.unassigned) {
      EXPECT_EQ(part.reason, UnassignedReason::kInterrupted);
      unassigned_ += part.requests;
    }
  }
  AgentBatch NextBatch(ControllerStream& stream) {
    return DecodeBatch(Next<SentBatch>(stream).bytes)->batch;
  }

  AnsweringServer server_;
  std::multiset<uint64_t> seqs_;  // as they came, repeats too
  uint64_t last_seq_ = 0, ok_ = 0, unassigned_ = 0;
};

TEST_F(AgentSessionTest, ServesOneRunAfterAnotherAndExitsWhenDismissed) {
  AgentHello hello;
  const auto script = [&](ControllerStream& stream) {
    hello = Next<AgentHello>(stream);
    Say(stream, WelcomeAgent{});
    for (const std::string run_id : {"run-1", "run-2"}) {
      Prepare(stream, server_.Url(), 20, 4, run_id);
      const auto prepared = Next<AgentPrepared>(stream);
      EXPECT_EQ(prepared.run_id, run_id);
      EXPECT_EQ(prepared.error, "");
      Arm(stream, std::chrono::milliseconds(500), run_id);
      EXPECT_EQ(Next<AgentArmed>(stream).late, Nanos(0));
      TakeBatches(stream, run_id);
      Say(stream, ReleaseRun{.run_id = run_id});
      last_seq_ = 0;  // seqs begin anew
    }
    Say(stream, DismissAgent{});
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_EQ(ok_, 40u);
  EXPECT_EQ(seqs_.count(1), 2u);
  EXPECT_EQ(hello.protocol_version, kSessionProtocolVersion);
  EXPECT_EQ(hello.specctl_version, "1.2.3");
  EXPECT_EQ(hello.join_token, "token");
  EXPECT_NE(hello.incarnation, 0u);
  EXPECT_NE(hello.host.boot_id, "");
  EXPECT_GT(hello.host.files_max, 0u);
  EXPECT_FALSE(hello.spawn_number);
  const auto exchanges = controller.exchanges();
  ASSERT_GE(exchanges.size(), 16u);
  for (const v1::ClockExchange& exchange : exchanges) {
    EXPECT_LE(exchange.agent_send_mono_ns(), exchange.controller_receive_mono_ns());
    EXPECT_LE(exchange.controller_send_mono_ns(), exchange.agent_receive_mono_ns());
  }
}

TEST_F(AgentSessionTest, AReleaseInMidRunStopsTheLoadAndTheNextRunIsWhole) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Say(stream, WelcomeAgent{});
    Prepare(stream, server_.Url(), 200'000, 2, "run-1");
    ReadMessage(stream);
    Arm(stream, std::chrono::milliseconds(300), "run-1");
    ReadMessage(stream);
    NextBatch(stream);
    Say(stream, ReleaseRun{.run_id = "run-1"});
    Prepare(stream, server_.Url(), 20, 2, "run-2");
    // Batches of the first run were on their way.
    for (;;) {
      const auto message = DecodeAgentMessage(ReadMessage(stream));
      if (message.ok() && std::holds_alternative<SentBatch>(*message)) continue;
      EXPECT_TRUE(message.ok() && std::holds_alternative<AgentPrepared>(*message));
      break;
    }
    Arm(stream, std::chrono::milliseconds(300), "run-2");
    ReadMessage(stream);
    TakeBatches(stream, "run-2");
    Say(stream, ReleaseRun{.run_id = "run-2"});
    Say(stream, DismissAgent{});
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_EQ(ok_, 20u);
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
  std::vector<AgentHello> hellos;
  const auto breaks = [&](ControllerStream& stream) {
    hellos.push_back(Next<AgentHello>(stream));
    Say(stream, WelcomeAgent{});
    Prepare(stream, server_.Url(), 20, 2);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(1));
    ReadMessage(stream);
    Take(NextBatch(stream));  // no Ack
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "controller restarts");
  };
  const auto resumes = [&](ControllerStream& stream) {
    hellos.push_back(Next<AgentHello>(stream));
    Say(stream, WelcomeAgent{});
    // It says again how far it is.
    Next<AgentPrepared>(stream);
    Next<AgentArmed>(stream);
    TakeBatches(stream);
    Say(stream, DismissAgent{});
    return grpc::Status::OK;
  };
  FakeController controller({breaks, resumes});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  ASSERT_EQ(hellos.size(), 2u);
  EXPECT_EQ(hellos[0].incarnation, hellos[1].incarnation);
  EXPECT_TRUE(hellos[0].held.empty());
  ASSERT_EQ(hellos[1].held.size(), 1u);
  EXPECT_EQ(hellos[1].held[0].run_id, "run");
  EXPECT_EQ(hellos[1].held[0].first_kept_seq, 1u);
  EXPECT_EQ(ok_, 20u);
  EXPECT_EQ(seqs_.count(1), 2u);
}

TEST_F(AgentSessionTest, WhatCantBePreparedIsSaid) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Say(stream, WelcomeAgent{});
    Prepare(stream, "ftp://nowhere", 2, 1);
    EXPECT_THAT(Next<AgentPrepared>(stream).error, HasSubstr("ftp://nowhere"));
    return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "the run can't begin");
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
}

TEST_F(AgentSessionTest, ADrainForAnUnknownReasonEndsTheAgentWithItsNumber) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Say(stream, WelcomeAgent{});
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
    Say(stream, WelcomeAgent{});
    return grpc::Status(grpc::StatusCode::DATA_LOSS, "session: batch 1 of agent 0: finished[0]");
  };
  FakeController controller({refuses});
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("batch 1 of agent 0"));
}

TEST_F(AgentSessionTest, AnAgentThatHearsOfT0TooLateBeginsAtOnceAndSaysHowLate) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Say(stream, WelcomeAgent{});
    Prepare(stream, server_.Url(), 20, 2);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(-2));
    EXPECT_GE(Next<AgentArmed>(stream).late, std::chrono::seconds(2));
    TakeBatches(stream);
    Say(stream, DismissAgent{});
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_EQ(ok_, 20u);
}

TEST_F(AgentSessionTest, ADrainEndsTheRunEarlyWithEverythingReported) {
  const auto script = [&](ControllerStream& stream) {
    ReadMessage(stream);
    Say(stream, WelcomeAgent{});
    Prepare(stream, server_.Url(), 20'000, 2);
    ReadMessage(stream);
    Arm(stream, std::chrono::seconds(1));
    EXPECT_EQ(Next<AgentArmed>(stream).late, Nanos(0));
    Take(NextBatch(stream));
    Say(stream, DrainAgent{.run_id = "run",
                           .reason = DrainReason::kInterrupted,
                           .grace = std::chrono::seconds(10)});
    TakeBatches(stream);
    Say(stream, DismissAgent{});
    return grpc::Status::OK;
  };
  FakeController controller({script});
  EXPECT_EQ(RunAgent(OptionsFor(controller)), 0);
  EXPECT_GT(ok_, 0u);
  EXPECT_EQ(ok_ + unassigned_, 20'000u);
}

}  // namespace
}  // namespace specctl::agent
