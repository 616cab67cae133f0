// One request after another over real sockets, against a server that does what a script says.
#include "agent/stream/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "tests/fakes/hanging_port.h"
#include "tests/fakes/receive_stamps.h"
#include "tests/fakes/scripted_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::agent {
namespace {

using fakes::HttpChunk;
using fakes::ScriptedConnection;
using fakes::ScriptedServer;
using fakes::StreamHead;
using fakes::StreamTail;
using fakes::TokenEvent;
using fakes::WholeStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;
namespace asio = boost::asio;

// Answers each request with `response`, for as long as the client keeps the connection.
ScriptedServer::Script Answering(std::string response) {
  return [response](ScriptedConnection& connection) -> Task<void> {
    for (;;) {
      const std::string request = co_await connection.ReadRequest();
      if (request.empty()) co_return;
      co_await connection.Send(response);
    }
  };
}

// Answers one request, then closes, whatever its headers said.
ScriptedServer::Script AnsweringOnce(std::string response) {
  return [response](ScriptedConnection& connection) -> Task<void> {
    const std::string request = co_await connection.ReadRequest();
    if (!request.empty()) co_await connection.Send(response);
    connection.Close();
  };
}

class AgentExchangeTest : public ::testing::Test {
 protected:
  using Body = std::function<Task<void>()>;

  AgentExchangeTest() {
    timeouts_.connect = 5s;
    timeouts_.request = 20s;
    timeouts_.idle = 10s;
    fakes::AwaitReceiveStamps();
  }

  void Serve(std::vector<ScriptedServer::Script> scripts) {
    server_.emplace(io_, std::move(scripts));
    SetTarget(server_->Url());
  }
  void SetTarget(const std::string& url) {
    target_.url = *ParseTargetUrl(url);
    target_.text = url;
    Connection::Peer peer;
    peer.endpoint = {asio::ip::make_address(target_.url.host), target_.url.port};
    target_.peers = {peer};
  }

  // Runs `body` with the read set and the server at work.
  void Run(Body body) {
    ASSERT_TRUE(read_set_.Open().ok());
    const Exchange::Shared shared{read_set_, health_, timeouts_, true, idle_max_};
    const ResponseIntake::Shared intake{decoder_, recorder_, health_};
    exchange_.emplace(shared, intake, wakeup_);
    std::exception_ptr failure;
    asio::co_spawn(io_, Drive(body), [&](std::exception_ptr error) { failure = error; });
    RunReactor(io_, loop_);
    if (failure) std::rethrow_exception(failure);
  }
  Task<void> Drive(Body body) {
    TaskGroup services(io_.get_executor());
    services.Spawn(read_set_.Run());
    if (server_) services.Spawn(server_->Run());
    co_await body();
    exchange_.reset();
    services.Cancel();
    co_await services.Join();
  }

  Task<RequestFinished> Send() {
    RequestLog& log = recorder_.BeginRequest(RequestBegun());
    Exchange::Order order;
    order.target = &target_;
    order.bytes = request_;
    order.begin = MonoNow();
    order.log = &log;
    order.reading.keep = {.text = true};
    RequestFinished finished = co_await exchange_->Run(order);
    recorder_.FinishRequest(log, finished);
    co_return finished;
  }
  // Sends `count` requests, one after another.
  std::vector<RequestFinished> SendAll(int count) {
    std::vector<RequestFinished> all;
    const Body body = [&]() -> Task<void> {
      for (int i = 0; i < count; ++i) {
        RequestFinished finished = co_await Send();
        all.push_back(std::move(finished));
      }
    };
    Run(body);
    return all;
  }
  RequestFinished SendOne() { return SendAll(1).at(0); }

  std::vector<ChunkRecord> Records() {
    const AgentBatch batch = recorder_.Cut(MonoNow(), 0s);
    ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
    std::vector<ChunkRecord> records;
    ChunkRecord record;
    while (reader.NextSection()) {
      while (reader.NextRecord(record)) records.push_back(record);
    }
    return records;
  }

  asio::io_context io_{1};
  HealthMeter health_;
  LoopWatch loop_;
  ReadSet read_set_{io_.get_executor(), {health_, loop_}, {}};
  Wakeup wakeup_{io_.get_executor()};
  StreamDecoder decoder_;
  BatchRecorder recorder_{BatchRecorder::Identity{}, MonoNow()};
  TimeoutSpec timeouts_;
  Nanos idle_max_ = Exchange::kIdleMax;
  Target target_;
  std::string request_ = "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";
  std::optional<ScriptedServer> server_;
  std::optional<Exchange> exchange_;
};

TEST_F(AgentExchangeTest, AStreamIsReadWithKernelStamps) {
  Serve({Answering(WholeStream())});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
  EXPECT_EQ(finished.output_text, "Hello world");
  EXPECT_EQ(finished.output_tokens, 4u);
  EXPECT_EQ(finished.http_status, 200u);
  ASSERT_TRUE(finished.start_mono_ns && finished.sent_mono_ns && finished.connect_ns);
  EXPECT_LE(*finished.start_mono_ns, *finished.sent_mono_ns);
  EXPECT_LE(*finished.start_mono_ns, finished.end_mono_ns);
  EXPECT_EQ(finished.resends, 0u);
  EXPECT_EQ(Records().size(), 2u);
  const AgentHealth health = health_.TakeHealth(MonoNow(), 0);
  EXPECT_GE(health.reads, 1u);
  EXPECT_EQ(health.unstamped_reads, 0u);
}

TEST_F(AgentExchangeTest, ArrivalsAreWhenTheServerSent) {
  std::vector<MonoTime> before, after;
  const auto script = [&](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(StreamHead());
    for (int i = 1; i <= 20; ++i) {
      before.push_back(MonoNow());
      co_await connection.Send(HttpChunk(TokenEvent("a", i)));
      after.push_back(MonoNow());
      // The client has read it: the next one is another read.
      const auto is_read = [&] { return health_.TakeHealth(MonoNow(), 0).chunks > 0; };
      co_await connection.Until(is_read);
    }
    co_await connection.Send(StreamTail(20));
  };
  Serve({script});
  EXPECT_EQ(SendOne().outcome, Outcome::kOk);
  const auto records = Records();
  ASSERT_EQ(records.size(), 20u);
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].uncertainty_us, 0u);
    EXPECT_EQ(records[i].tokens, 1u);
    EXPECT_GE(records[i].arrival_us + 1, before[i].time_since_epoch().count() / 1000);
    EXPECT_LE(records[i].arrival_us, after[i].time_since_epoch().count() / 1000);
  }
}

TEST_F(AgentExchangeTest, AConnectionIsKeptForTheNextRequest) {
  Serve({Answering(WholeStream())});
  const auto all = SendAll(3);
  EXPECT_TRUE(all[0].connect_ns);
  EXPECT_GT(all[0].round_trip_ns.value_or(0), 0);
  EXPECT_LE(all[0].round_trip_ns.value_or(0), *all[0].connect_ns + 1'000) << "whole microseconds";
  EXPECT_FALSE(all[1].connect_ns);
  EXPECT_FALSE(all[1].round_trip_ns);
  EXPECT_FALSE(all[2].connect_ns);
  EXPECT_EQ(server_->connections(), 1u);
}

// A whole answer whose body never ends.
std::string WithoutLastChunk() {
  const std::string whole = WholeStream();
  return whole.substr(0, whole.size() - fakes::LastChunk().size());
}

TEST_F(AgentExchangeTest, AConnectionLeftOpenEndsTheRequestWithItsAnswer) {
  Serve({Answering(WithoutLastChunk())});
  const MonoTime begin = MonoNow();
  const auto all = SendAll(4);
  for (const RequestFinished& finished : all) {
    EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
    EXPECT_TRUE(finished.left_open);
    EXPECT_EQ(finished.output_text, "Hello world");
    EXPECT_LT(Nanos(finished.end_mono_ns - *finished.start_mono_ns), EndGrace::kFirst)
        << "the wait is no part of the request";
  }
  EXPECT_LT(MonoNow() - begin, 3 * EndGrace::kFirst) << "waited for once";
  EXPECT_EQ(server_->connections(), 4u) << "closed, not used again";
}

TEST_F(AgentExchangeTest, ABodyThatEndsABitLaterKeepsTheConnection) {
  const auto script = [](ScriptedConnection& connection) -> Task<void> {
    for (;;) {
      const std::string request = co_await connection.ReadRequest();
      if (request.empty()) co_return;
      co_await connection.Send(WithoutLastChunk());
      const MonoTime due = MonoNow() + 20ms;
      const auto is_due = [due] { return MonoNow() >= due; };
      co_await connection.Until(is_due);
      co_await connection.Send(fakes::LastChunk());
    }
  };
  Serve({script});
  for (const RequestFinished& finished : SendAll(3)) {
    EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
    EXPECT_FALSE(finished.left_open);
    EXPECT_GE(Nanos(finished.end_mono_ns - *finished.start_mono_ns), 20ms);
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(AgentExchangeTest, AStatusWithoutTheEndOfItsBodyIsNoTimeOut) {
  timeouts_.idle = 50ms;
  const auto script = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send("HTTP/1.1 503\r\n\r\n{\"error\":\"warming up\"}");
    co_await connection.UntilClosed();
  };
  Serve({script});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.failure, FailureKind::kHttpStatus);
  EXPECT_THAT(finished.error, HasSubstr("HTTP status 503: warming up"));
}

TEST_F(AgentExchangeTest, AnEmptyLineBetweenResponsesKeepsTheConnection) {
  Serve({Answering(WholeStream() + "\r\n")});
  for (const RequestFinished& finished : SendAll(3)) {
    EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(AgentExchangeTest, AnIdleConnectionIsClosedByUsBeforeTheServerDoes) {
  idle_max_ = 0s;
  Serve({Answering(WholeStream())});
  const auto all = SendAll(2);
  EXPECT_TRUE(all[1].connect_ns);
  EXPECT_EQ(all[1].resends, 0u);
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(AgentExchangeTest, AConnectionIsNotKeptToAServerThatIsKnownToCloseIt) {
  Serve({Answering(WholeStream())});
  target_.closes_after_stream = true;
  const auto all = SendAll(2);
  EXPECT_TRUE(all[1].connect_ns);
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(AgentExchangeTest, AServerThatClosesAfterEachStreamCostsNothing) {
  Serve({AnsweringOnce(WholeStream("Keep-Alive: timeout=5, max=100\r\n"))});
  for (const RequestFinished& finished : SendAll(4)) {
    EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
  }
  EXPECT_EQ(server_->connections(), 4u);
}

TEST_F(AgentExchangeTest, AReusedConnectionThatFailsBeforeAByteIsSentAgainOnce) {
  const auto dies = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(WholeStream());
    co_await connection.ReadRequest();
    connection.Reset();
  };
  Serve({dies, Answering(WholeStream())});
  const auto all = SendAll(2);
  EXPECT_EQ(all[0].resends, 0u);
  EXPECT_EQ(all[1].outcome, Outcome::kOk) << all[1].error;
  EXPECT_EQ(all[1].resends, 1u);
  EXPECT_TRUE(all[1].connect_ns);
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(AgentExchangeTest, AFreshConnectionThatFailsIsNotSentAgain) {
  const auto dies = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    connection.Reset();
  };
  Serve({dies, Answering(WholeStream())});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.failure, FailureKind::kTruncated);
  EXPECT_EQ(finished.resends, 0u);
  EXPECT_THAT(finished.error, HasSubstr("connection ended before a response"));
}

TEST_F(AgentExchangeTest, AReusedConnectionThatFailsAfterAByteIsNotSentAgain) {
  const auto dies = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(WholeStream());
    co_await connection.ReadRequest();
    co_await connection.Send("HTTP/1.1 2");
    connection.Close();
  };
  Serve({dies, Answering(WholeStream())});
  const auto all = SendAll(2);
  EXPECT_EQ(all[1].outcome, Outcome::kFailed);
  EXPECT_EQ(all[1].failure, FailureKind::kTruncated);
  EXPECT_EQ(all[1].resends, 0u);
}

TEST_F(AgentExchangeTest, AStreamCutInTheMiddleKeepsItsTokens) {
  Serve({AnsweringOnce(StreamHead() + HttpChunk(TokenEvent("a", 1)))});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.failure, FailureKind::kTruncated);
  EXPECT_TRUE(finished.connection_closed_by_server);
  EXPECT_EQ(finished.chunks, 1u);
  EXPECT_EQ(Records().size(), 1u);
}

TEST_F(AgentExchangeTest, StatusesAreFailuresThatKeepTheConnection) {
  Serve({Answering(fakes::PlainResponse("429 Too Many Requests", R"({"error":"slow down"})"))});
  const auto all = SendAll(2);
  EXPECT_EQ(all[0].failure, FailureKind::kHttpStatus);
  EXPECT_EQ(all[0].http_status, 429u);
  EXPECT_EQ(all[0].error, server_->Url() + ": HTTP status 429: slow down");
  EXPECT_EQ(all[1].http_status, 429u);
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(AgentExchangeTest, AnErrorEventAndDoneAfterA200Fail) {
  const std::string error = R"({"error":{"message":"engine died","code":500}})";
  Serve({Answering(StreamHead() + HttpChunk(fakes::EventBytes(error)) +
                   HttpChunk(fakes::DoneEvent()) + fakes::LastChunk())});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.failure, FailureKind::kErrorEvent);
  EXPECT_THAT(finished.error, HasSubstr("code 500: engine died"));
}

TEST_F(AgentExchangeTest, GarbageIsUndecodable) {
  Serve({Answering("220 smtp.example ESMTP\r\n")});
  EXPECT_EQ(SendOne().failure, FailureKind::kUndecodable);
}

TEST_F(AgentExchangeTest, AnAnswerBeforeTheWholeRequestIsReadIsHeard) {
  const auto refuses = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.Send(fakes::PlainResponse("413 Content Too Large", "too large"));
    co_await connection.UntilClosed();
  };
  Serve({refuses});
  request_ = "POST / HTTP/1.1\r\nContent-Length: 16000000\r\n\r\n" + std::string(16'000'000, 'x');
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.http_status, 413u);
  EXPECT_EQ(finished.failure, FailureKind::kHttpStatus);
}

TEST_F(AgentExchangeTest, ALargeRequestIsSentWhole) {
  size_t received = 0;
  const auto script = [&](ScriptedConnection& connection) -> Task<void> {
    const std::string request = co_await connection.ReadRequest();
    received = request.size();
    co_await connection.Send(WholeStream());
    co_await connection.UntilClosed();
  };
  Serve({script});
  request_ = "POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x');
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kOk) << finished.error;
  EXPECT_EQ(received, request_.size());
  EXPECT_LT(*finished.start_mono_ns, *finished.sent_mono_ns);
}

TEST_F(AgentExchangeTest, ARefusedConnectionNamesTheUrl) {
  uint16_t port = 0;
  {
    ScriptedServer gone(io_, {Answering("")});
    port = gone.port();
  }
  SetTarget("http://127.0.0.1:" + std::to_string(port));
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kFailed);
  EXPECT_EQ(finished.failure, FailureKind::kConnect);
  EXPECT_EQ(finished.error, target_.text + ": connect: Connection refused");
  EXPECT_FALSE(finished.start_mono_ns) << "nothing was sent";
}

TEST_F(AgentExchangeTest, ASilentServerIsAnIdleTimeout) {
  timeouts_.idle = 30ms;
  const auto script = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(StreamHead() + HttpChunk(TokenEvent("a", 1)));
    co_await connection.UntilClosed();
  };
  Serve({script});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kTimedOut);
  EXPECT_EQ(finished.failure, FailureKind::kIdleTimeout);
  EXPECT_THAT(finished.error, HasSubstr("silent for 0.03 s (--idle-timeout)"));
  EXPECT_EQ(finished.chunks, 1u);
}

TEST_F(AgentExchangeTest, ARequestThatTakesTooLongIsTimedOutThoughBytesCome) {
  timeouts_.request = 50ms;
  const auto script = [](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(StreamHead());
    const auto never = [&] { return false; };
    co_await connection.Until(never);
  };
  Serve({script});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.failure, FailureKind::kRequestTimeout);
  EXPECT_THAT(finished.error, HasSubstr("not finished within 0.05 s (--timeout)"));
}

TEST_F(AgentExchangeTest, AConnectionThatIsNotMadeIsAConnectTimeout) {
  timeouts_.connect = 30ms;
  const fakes::HangingPort hanging(io_);
  SetTarget("http://127.0.0.1:" + std::to_string(hanging.endpoint().port()));
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kTimedOut);
  EXPECT_EQ(finished.failure, FailureKind::kConnectTimeout);
  EXPECT_THAT(finished.error, HasSubstr("no connection within 0.03 s (--connect-timeout)"));
}

TEST_F(AgentExchangeTest, AnInterruptEndsARequestAtOnce) {
  const auto script = [this](ScriptedConnection& connection) -> Task<void> {
    co_await connection.ReadRequest();
    co_await connection.Send(StreamHead() + HttpChunk(TokenEvent("a", 1)));
    const auto is_read = [this] { return health_.TakeHealth(MonoNow(), 0).chunks > 0; };
    co_await connection.Until(is_read);
    wakeup_.Interrupt();
    co_await connection.UntilClosed();
  };
  Serve({script});
  const RequestFinished finished = SendOne();
  EXPECT_EQ(finished.outcome, Outcome::kCancelled);
  EXPECT_EQ(finished.chunks, 1u);
  EXPECT_THAT(finished.error, StartsWith(server_->Url()));
}

}  // namespace
}  // namespace specctl::agent
