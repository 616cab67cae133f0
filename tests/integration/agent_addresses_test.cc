// A name with several addresses, of which some refuse or hang, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "agent/stream/exchange.h"
#include "common/net/attempt_pace.h"
#include "tests/fakes/hanging_port.h"
#include "tests/fakes/receive_stamps.h"
#include "tests/fakes/scripted_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::agent {
namespace {

using fakes::ScriptedConnection;
using fakes::ScriptedServer;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kRequest =
    "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";

class AgentAddressesTest : public ::testing::Test {
 protected:
  using Body = std::function<Task<void>()>;

  // A slot of the agent.
  struct Slot {
    Slot(asio::io_context& io, const Exchange::Shared& shared, ResponseIntake::Shared intake)
        : wakeup(io.get_executor()), exchange(shared, intake, wakeup) {}
    Wakeup wakeup;
    Exchange exchange;
  };

  AgentAddressesTest() {
    timeouts_.connect = 10s;
    timeouts_.request = timeouts_.idle = 20s;
    target_.text = "http://several.example";
    fakes::AwaitReceiveStamps();
  }

  // A server that answers one request a connection.
  ScriptedServer& Serve() {
    const auto answers = [](ScriptedConnection& connection) -> Task<void> {
      const std::string request = co_await connection.ReadRequest();
      if (!request.empty()) co_await connection.Send(fakes::WholeStream());
      connection.Close();
    };
    servers_.push_back(
        std::make_unique<ScriptedServer>(io_, std::vector<ScriptedServer::Script>{answers}));
    return *servers_.back();
  }
  static tcp::endpoint At(uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }
  tcp::endpoint Refusing() { return At(ScriptedServer(io_, {}).port()); }

  // Runs `body` with the read set, the servers and `slots` slots at work.
  void Run(size_t slots, const Body& body) {
    ASSERT_TRUE(read_set_.Open().ok());
    const Exchange::Shared shared{read_set_, health_, timeouts_, false, Exchange::kIdleMax};
    const ResponseIntake::Shared intake{decoder_, recorder_, health_};
    for (size_t i = 0; i < slots; ++i) {
      slots_.push_back(std::make_unique<Slot>(io_, shared, intake));
    }
    std::exception_ptr failure;
    asio::co_spawn(io_, Drive(body), [&](std::exception_ptr error) { failure = error; });
    RunReactor(io_, loop_);
    if (failure) std::rethrow_exception(failure);
  }
  Task<void> Drive(const Body& body) {
    TaskGroup services(io_.get_executor());
    services.Spawn(read_set_.Run());
    for (const auto& server : servers_) services.Spawn(server->Run());
    co_await body();
    slots_.clear();
    services.Cancel();
    co_await services.Join();
  }

  // One request of slot `slot`; its result is appended to `finished_`.
  Task<void> Send(size_t slot) {
    RequestLog& log = recorder_.BeginRequest(RequestBegun());
    Exchange::Order order;
    order.target = &target_;
    order.bytes = kRequest;
    order.begin = MonoNow();
    order.log = &log;
    RequestFinished finished = co_await slots_[slot]->exchange.Run(order);
    finished_.push_back(finished);
    recorder_.FinishRequest(log, std::move(finished));
  }
  // One request of each slot, all at once.
  Task<void> SendAtOnce() {
    TaskGroup tasks(io_.get_executor());
    for (size_t i = 0; i < slots_.size(); ++i) tasks.Spawn(Send(i));
    co_await tasks.Join();
  }

  void ExpectAllOk(size_t count) {
    EXPECT_EQ(finished_.size(), count);
    for (const RequestFinished& finished : finished_) {
      EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
    }
  }
  Nanos ConnectTime(size_t request) const { return Nanos(finished_[request].connect_ns.value()); }

  asio::io_context io_{1};
  HealthMeter health_;
  LoopWatch loop_;
  ReadSet read_set_{io_.get_executor(), {health_, loop_}, {}};
  StreamDecoder decoder_;
  BatchRecorder recorder_{BatchRecorder::Identity{}, MonoNow()};
  TimeoutSpec timeouts_;
  Target target_;
  std::vector<std::unique_ptr<ScriptedServer>> servers_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<RequestFinished> finished_;
};

TEST_F(AgentAddressesTest, OneThatRefusesCostsNoDelayAndTheOtherIsKept) {
  const tcp::endpoint good = At(Serve().port());
  SetAddresses({Refusing(), good}, target_);
  const Body body = [this]() -> Task<void> {
    co_await Send(0);
    co_await Send(0);
  };
  Run(1, body);
  ExpectAllOk(2);
  EXPECT_EQ(finished_[0].address, "");  // it is the target's, whichever it is
  EXPECT_EQ(target_.kept, 1u);
  EXPECT_LT(ConnectTime(0), AttemptPace::kAttemptDelay) << "a refusal is not waited for";
}

class AgentAddressesOfSlotsTest : public AgentAddressesTest,
                                  public ::testing::WithParamInterface<size_t> {};

TEST_P(AgentAddressesOfSlotsTest, OneThatHangsIsOvertakenAndTheGoodOneKept) {
  const size_t slots = GetParam();
  const fakes::HangingPort hanging(io_);
  const tcp::endpoint good = At(Serve().port());
  SetAddresses({hanging.endpoint(), Refusing(), good}, target_);
  const Body body = [this]() -> Task<void> {
    co_await SendAtOnce();
    EXPECT_EQ(target_.kept, 2u);
    co_await SendAtOnce();
  };
  Run(slots, body);
  ExpectAllOk(2 * slots);
  EXPECT_EQ(target_.kept, 2u);
  for (size_t i = 0; i < slots; ++i) {
    EXPECT_GE(ConnectTime(i), AttemptPace::kAttemptDelay);
    EXPECT_LT(ConnectTime(slots + i), AttemptPace::kAttemptDelay) << "straight to the kept one";
  }
}

INSTANTIATE_TEST_SUITE_P(EvenAndOdd, AgentAddressesOfSlotsTest, ::testing::Values(1, 2, 4, 7));

TEST_F(AgentAddressesTest, TheKeptOneGoesWhereItDies) {
  auto dying = std::make_unique<ScriptedServer>(io_, std::vector<ScriptedServer::Script>{});
  const tcp::endpoint dead = At(dying->port());
  dying.reset();
  const tcp::endpoint good = At(Serve().port());
  SetAddresses({good, dead}, target_);
  target_.kept = 1;
  const Body body = [this]() -> Task<void> { co_await SendAtOnce(); };
  Run(2, body);
  ExpectAllOk(2);
  EXPECT_EQ(target_.kept, 0u);
}

TEST_F(AgentAddressesTest, TheKeptOneGoesWhereItHangs) {
  timeouts_.connect = 600ms;
  const fakes::HangingPort hanging(io_);
  const tcp::endpoint good = At(Serve().port());
  SetAddresses({good, hanging.endpoint()}, target_);
  target_.kept = 1;
  const Body body = [this]() -> Task<void> { co_await Send(0); };
  Run(1, body);
  ExpectAllOk(1);
  EXPECT_EQ(target_.kept, 0u);
}

TEST_F(AgentAddressesTest, WhereNoneAnswersTheReasonOfTheLastIsTold) {
  SetAddresses({Refusing(), Refusing()}, target_);
  const Body body = [this]() -> Task<void> { co_await Send(0); };
  Run(1, body);
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].failure, FailureKind::kConnect);
  EXPECT_EQ(finished_[0].error,
            "http://several.example: connect: Connection refused (last of 2 addresses tried)");
}

TEST_F(AgentAddressesTest, WhereAllHangTheTimeLimitEndsIt) {
  timeouts_.connect = 30ms;
  const fakes::HangingPort one(io_), other(io_);
  SetAddresses({one.endpoint(), other.endpoint()}, target_);
  const Body body = [this]() -> Task<void> { co_await Send(0); };
  Run(1, body);
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].failure, FailureKind::kConnectTimeout);
  EXPECT_FALSE(target_.kept);
}

TEST_F(AgentAddressesTest, WithTurnsEachAddressGetsItsShareOfTheConnections) {
  std::vector<tcp::endpoint> endpoints;
  for (int i = 0; i < 3; ++i) endpoints.push_back(At(Serve().port()));
  SetAddresses(endpoints, target_);
  SpreadOverAddresses(1, target_);
  const Body body = [this]() -> Task<void> {
    // The servers close each connection: the next request takes the next address.
    for (int i = 0; i < 2; ++i) co_await SendAtOnce();
  };
  Run(6, body);
  ExpectAllOk(12);
  for (const auto& server : servers_) EXPECT_EQ(server->connections(), 4u);
  for (const auto& finished : finished_) EXPECT_EQ(finished.address, "127.0.0.1");
}

TEST_F(AgentAddressesTest, WithTurnsTheOthersTakeTheShareOfOneThatIsDead) {
  const fakes::HangingPort hanging(io_);
  timeouts_.connect = 400ms;
  SetAddresses({At(Serve().port()), Refusing(), hanging.endpoint(), At(Serve().port())}, target_);
  SpreadOverAddresses(0, target_);
  const Body body = [this]() -> Task<void> {
    for (int i = 0; i < 6; ++i) co_await Send(0);
  };
  Run(1, body);
  ExpectAllOk(6);
  EXPECT_GE(servers_[0]->connections(), 2u);
  EXPECT_GE(servers_[1]->connections(), 2u);
  EXPECT_FALSE(target_.kept);
}

TEST_F(AgentAddressesTest, WithTurnsTheErrorNamesTheLastAddress) {
  SetAddresses({Refusing(), Refusing()}, target_);
  SpreadOverAddresses(0, target_);
  const Body body = [this]() -> Task<void> { co_await Send(0); };
  Run(1, body);
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].failure, FailureKind::kConnect);
  EXPECT_EQ(finished_[0].error,
            "http://several.example: connect: Connection refused (at 127.0.0.1, last of 2 "
            "addresses tried)");
}

}  // namespace
}  // namespace specctl::agent
