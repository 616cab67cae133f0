#include "agent/session/session_client.h"

#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>

#include "common/session/grpc_status.h"
#include "specctl/v1/session.pb.h"

namespace specctl::agent {
namespace {

namespace asio = boost::asio;

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // A part of Prepare holds whole conversations, and those are as long as the dataset has them.
  arguments.SetMaxReceiveMessageSize(-1);
  // The session is dialled as it is named: a proxy of the environment's is for the web.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // More frequent pings would be refused by a server in its default setting.  What finds a dead
  // peer is the time-out: it is TCP's for unacknowledged bytes too, and heartbeats are always sent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 310'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // In spite of its name how long an attempt may take, the handshake of TLS included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace

SessionClient::SessionClient(asio::io_context& io, SessionMachine::Options options,
                             std::shared_ptr<grpc::ChannelCredentials> credentials,
                             Handlers handlers)
    : io_(io),
      handlers_(std::move(handlers)),
      incarnation_(options.incarnation),
      machine_(options),
      channel_(MakeChannel(options.controller_address, credentials)),
      stub_(v1::AgentSession::NewStub(channel_)),
      timer_(io.get_executor()) {}

SessionClient::~SessionClient() { assert(!stream_ && "Stop(), then let io run to its end"); }

void SessionClient::Start() {
  machine_.Start(MonoNow());
  Obey();
}

void SessionClient::OnPrepared(const std::string& run_id, std::string error) {
  machine_.OnPrepared(run_id, std::move(error));
  Obey();
}

void SessionClient::OnArmed(const std::string& run_id, Nanos late) {
  machine_.OnArmed(run_id, late);
  Obey();
}

void SessionClient::OnBatch(AgentBatch batch) {
  if (batch.health && pressure_) {
    const CpuPressure::Amounts pressure = pressure_->TakeAmounts();
    batch.health->cpu_throttled_ns = pressure.throttled_ns;
    batch.health->cpu_stolen_ns = pressure.stolen_ns;
  }
  machine_.OnBatch(std::move(batch), MonoNow());
  Obey();
}

void SessionClient::OnDone(const std::string& run_id, bool stopped) {
  machine_.OnDone(run_id, stopped);
  Obey();
}

void SessionClient::Leave(absl::Status why) {
  machine_.Leave(std::move(why));
  Obey();
}

void SessionClient::Stop() {
  stopped_ = true;
  machine_.Leave(absl::CancelledError("session: stopped"));
  Obey();
}

// --- what the machine wants ---------------------------------------------------------------------

void SessionClient::Obey() {
  for (SessionCommand& command : machine_.TakeCommands()) {
    std::visit([this](auto& what) { Do(what); }, command);
  }
  if (handlers_.on_status && machine_.status() != status_) {
    status_ = machine_.status();
    handlers_.on_status(status_);
  }
  ArrangeTimer();
}

void SessionClient::Do(DialController&) {
  writing_ = reads_ended_ = finished_ = false;
  // gRPC's threads post into io_ until the call has ended.
  call_.emplace(asio::make_work_guard(io_));
  // gRPC waits between its own attempts by the wall clock: stepped back by an hour, it would not
  // connect for an hour.  The machine's pauses are the only ones that count.
  grpc::experimental::ChannelResetConnectionBackoff(channel_.get());
  SessionStream::Handlers handlers;
  handlers.on_message = [this](v1::ControllerMessage message) {
    asio::post(
        io_, [this, message = std::move(message)]() mutable { OnWireMessage(std::move(message)); });
  };
  handlers.on_written = [this] { asio::post(io_, [this] { OnWritten(); }); };
  handlers.on_read_end = [this] { asio::post(io_, [this] { OnReadEnd(); }); };
  handlers.on_end = [this](grpc::Status status) {
    asio::post(io_, [this, status = std::move(status)] { OnCallEnd(status); });
  };
  stream_ = std::make_unique<SessionStream>(*stub_, std::move(handlers));
}

void SessionClient::Do(WriteMessage& write) {
  // After the last read on_end follows, and nothing may be written any more.
  if (!stream_ || reads_ended_) return;
  writing_ = true;
  stream_->WriteMessage(EncodeAgentMessage(std::move(write.message)));
}

void SessionClient::Do(CancelCall&) {
  if (stream_) stream_->Cancel();
}

void SessionClient::Do(GiveJob& give) {
  // Starts its counters afresh: a run's figures must not include earlier runs.
  pressure_.emplace();
  handlers_.on_job(std::move(give.job));
}

void SessionClient::Do(ProbeClock&) {
  if (prober_) return prober_->BurstNow();
  prober_ = std::make_unique<ClockProber>(*stub_, incarnation_);
}

void SessionClient::Do(EndSession& end) {
  if (!stopped_) handlers_.on_end(std::move(end.status));
}

// --- what comes ---------------------------------------------------------------------------------

void SessionClient::OnWireMessage(v1::ControllerMessage message) {
  auto decoded = DecodeControllerMessage(std::move(message));
  if (decoded.ok()) {
    machine_.OnMessage(*std::move(decoded), MonoNow());
  } else {
    machine_.OnUnreadable(decoded.status());
  }
  Obey();
}

void SessionClient::OnWritten() {
  writing_ = false;
  machine_.OnWritten();
  Obey();
  FinishWhenIdle();
}

void SessionClient::OnReadEnd() {
  reads_ended_ = true;
  FinishWhenIdle();
}

void SessionClient::FinishWhenIdle() {
  // gRPC: the hold may be removed only once, and not during a write.
  if (reads_ended_ && !writing_ && !std::exchange(finished_, true)) stream_->Finish();
}

void SessionClient::OnCallEnd(const grpc::Status& status) {
  stream_.reset();
  call_.reset();
  machine_.OnCallEnded(FromGrpc(status), MonoNow());
  Obey();
}

void SessionClient::ArrangeTimer() {
  const MonoTime due = machine_.due();
  if (due == MonoTime::max()) {
    timer_.cancel();
    return;
  }
  if (timer_.expiry() == due) return;
  timer_.expires_at(due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    // Matches no due time, so that the next one is always set.
    timer_.expires_at(MonoTime::min());
    machine_.OnTimer(MonoNow());
    Obey();
  });
}

}  // namespace specctl::agent
