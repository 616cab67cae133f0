#include "agent/session/session_client.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/post.hpp>

#include "common/journal/chunk_codec.h"
#include "common/journal/enum_check.h"
#include "common/journal/event_codec.h"
#include "common/journal/protocol_version.h"

namespace specctl::agent {
namespace {

namespace asio = boost::asio;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // The session is dialled as it is named: a proxy of the environment's is for the web.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // More frequent pings would be refused by a server in its default setting.  What finds a dead
  // peer is the time-out: it is TCP's for unacknowledged bytes too, and heartbeats are always sent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 310'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// What dialling again would not change.  RESOURCE_EXHAUSTED: before Welcome, no place is free for
// an agent; after it, too much was queued for this call.
bool IsFinal(grpc::StatusCode code, bool welcomed) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::DATA_LOSS:  // the controller can't read what would be sent again
      return true;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return !welcomed;
    default:
      return false;
  }
}

UnassignedReason ToReason(v1::DrainReason reason) {
  switch (reason) {
    case v1::DRAIN_REASON_AGENT_LOST:
      return UnassignedReason::kAgentLost;
    case v1::DRAIN_REASON_TOO_MANY_FAILURES:
      return UnassignedReason::kTooManyFailures;
    default:
      return UnassignedReason::kInterrupted;
  }
}

uint64_t CountChunks(const AgentBatch& batch) {
  ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
  uint64_t chunks = 0;
  while (reader.NextSection()) chunks += reader.records();
  return chunks;
}

}  // namespace

SessionClient::SessionClient(asio::io_context& io, Options options, Handlers handlers)
    : io_(io),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      channel_(MakeChannel(options_.controller_address)),
      stub_(v1::AgentSession::NewStub(channel_)),
      store_(options_.store),
      agent_(options_.agent),
      redial_in_(options_.redial_first),
      redial_timer_(io.get_executor()),
      heartbeat_timer_(io.get_executor()) {}

SessionClient::~SessionClient() { assert(!stream_ && "Stop(), then let io run to its end"); }

void SessionClient::Start() {
  Dial();
  OnHeartbeat();
}

void SessionClient::Dial() {
  welcomed_ = writing_ = reads_ended_ = finished_ = done_sent_ = false;
  last_sent_seq_ = 0;
  call_.emplace(asio::make_work_guard(io_));
  queue_.clear();
  prepare_.Reset();
  SessionStream::Handlers handlers;
  handlers.on_message = [this](v1::ControllerMessage message) {
    asio::post(io_,
               [this, message = std::move(message)]() mutable { OnMessage(std::move(message)); });
  };
  handlers.on_written = [this] {
    asio::post(io_, [this] {
      writing_ = false;
      WriteNext();
    });
  };
  handlers.on_read_end = [this] { asio::post(io_, [this] { OnReadEnd(); }); };
  handlers.on_end = [this](grpc::Status status) {
    asio::post(io_, [this, status = std::move(status)] { OnCallEnd(status); });
  };
  stream_ = std::make_unique<SessionStream>(*stub_, std::move(handlers));
  v1::AgentMessage hello;
  hello.mutable_hello()->set_protocol_version(kSessionProtocolVersion);
  hello.mutable_hello()->set_specctl_version(options_.specctl_version);
  hello.mutable_hello()->set_incarnation(options_.incarnation);
  *hello.mutable_hello()->mutable_host() = ToProto(options_.host);
  hello.mutable_hello()->set_join_token(options_.join_token);
  if (agent_) hello.mutable_hello()->set_agent(*agent_);
  Queue(std::move(hello));
}

void SessionClient::OnMessage(v1::ControllerMessage message) {
  if (ended_) return;
  switch (message.message_case()) {
    case v1::ControllerMessage::kWelcome:
      return OnWelcome(message.welcome());
    case v1::ControllerMessage::kPrepare:
      return OnPrepare(std::move(*message.mutable_prepare()));
    case v1::ControllerMessage::kArm: {
      if (armed_) return SendArmed(*armed_);
      ArmOrder order;
      if (message.arm().has_t0_agent_mono_ns()) {
        order.t0_agent_mono_ns = message.arm().t0_agent_mono_ns();
      }
      order.t0_unix_ns = message.arm().t0_unix_ns();
      return handlers_.on_arm(order);
    }
    case v1::ControllerMessage::kAck:
      store_.Acknowledge(message.ack().seq());
      return WriteNext();
    case v1::ControllerMessage::kDrain:
      return OnDrain(message.drain());
    case v1::ControllerMessage::kRelease:
      return End(absl::OkStatus());
    case v1::ControllerMessage::MESSAGE_NOT_SET:
      return;  // of a kind that a later version may know
  }
}

void SessionClient::OnWelcome(const v1::Welcome& welcome) {
  agent_ = welcome.agent();
  welcomed_ = true;
  outage_since_.reset();
  redial_in_ = options_.redial_first;
  if (welcome.heartbeat_ns() > 0) heartbeat_ = Nanos(welcome.heartbeat_ns());
  if (!prober_) prober_ = std::make_unique<ClockProber>(*stub_, *agent_);
  // The controller may not have heard the answers of a session that broke.
  if (prepared_) SendPrepared(*prepared_);
  if (armed_) SendArmed(*armed_);
  WriteNext();
}

void SessionClient::OnPrepare(v1::Prepare part) {
  if (prepare_taken_) {
    if (part.last() && prepared_) SendPrepared(*prepared_);
    return;
  }
  auto job = prepare_.Take(std::move(part));
  if (!job.ok()) return handlers_.on_prepare(job.status());
  if (!*job) return;
  prepare_taken_ = true;
  handlers_.on_prepare(*std::move(*job));
}

void SessionClient::OnDrain(const v1::Drain& drain) {
  if (const absl::Status known = CheckEnums(drain); !known.ok()) {
    return End(absl::DataLossError(
        absl::StrFormat("controller's Drain: %s", std::string(known.message()))));
  }
  handlers_.on_drain({ToReason(drain.reason()), Nanos(drain.grace_ns())});
}

void SessionClient::SendPrepared(std::string error) {
  prepared_ = error;
  v1::AgentMessage message;
  message.mutable_prepared()->set_error(std::move(error));
  Queue(std::move(message));
}

void SessionClient::SendArmed(std::string error) {
  armed_ = error;
  v1::AgentMessage message;
  message.mutable_armed()->set_error(std::move(error));
  Queue(std::move(message));
}

void SessionClient::AddBatch(AgentBatch batch) {
  const MonoTime now = MonoNow();
  if (batch.health) {
    const CpuPressure::Amounts pressure = pressure_.Take();
    batch.health->cpu_throttled_ns = pressure.throttled_ns;
    batch.health->cpu_stolen_ns = pressure.stolen_ns;
    batch.health->spool_bytes = store_.spool_bytes();
    batch.health->unacknowledged_ns = static_cast<uint64_t>(store_.OldestAge(now).count());
  }
  std::string encoded = ToProto(batch).SerializeAsString();
  if (!store_.Fits(encoded.size()) && !batch.chunks.empty()) {
    batch.chunks_dropped += CountChunks(batch);
    batch.chunks.clear();
    encoded = ToProto(batch).SerializeAsString();
  }
  store_.Add(batch.seq, std::move(encoded), now);
  WriteNext();
}

void SessionClient::SendDone(bool stopped) {
  done_ = true;
  stopped_ = stopped;
  WriteNext();
}

void SessionClient::Queue(v1::AgentMessage message) {
  queue_.push_back(std::move(message));
  WriteNext();
}

void SessionClient::WriteNext() {
  if (!stream_) return;
  if (reads_ended_) {
    // on_end follows; nothing may be written any more.
    if (!writing_ && !std::exchange(finished_, true)) stream_->Finish();
    return;
  }
  if (writing_) return;
  if (auto message = NextMessage()) {
    writing_ = true;
    stream_->Write(*std::move(message));
  }
}

// Answers and heartbeats first, then the batches in order, then Done.
std::optional<v1::AgentMessage> SessionClient::NextMessage() {
  const bool greeting = !queue_.empty() && queue_.front().has_hello();
  if (!welcomed_ && !greeting) return std::nullopt;
  if (!queue_.empty()) {
    v1::AgentMessage message = std::move(queue_.front());
    queue_.pop_front();
    return message;
  }
  v1::AgentMessage message;
  auto kept = store_.FirstAfter(last_sent_seq_);
  if (!kept.ok()) {
    End(kept.status());
    return std::nullopt;
  }
  if (*kept) {
    last_sent_seq_ = (*kept)->seq;
    if (!message.mutable_batch()->ParseFromString((*kept)->encoded)) {
      End(absl::DataLossError(absl::StrFormat("batch %d: kept bytes are damaged", last_sent_seq_)));
      return std::nullopt;
    }
    return message;
  }
  if (!done_ || done_sent_ || !store_.empty()) return std::nullopt;
  done_sent_ = true;
  message.mutable_done()->set_stopped(stopped_);
  return message;
}

void SessionClient::OnHeartbeat() {
  if (ended_) return;
  if (welcomed_ && stream_ && !reads_ended_ && queue_.empty()) {
    v1::AgentMessage message;
    message.mutable_heartbeat()->set_agent_mono_ns(MonoNs(MonoNow()));
    Queue(std::move(message));
  }
  heartbeat_timer_.expires_after(heartbeat_);
  heartbeat_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) OnHeartbeat();
  });
}

void SessionClient::OnReadEnd() {
  reads_ended_ = true;
  WriteNext();
}

void SessionClient::OnCallEnd(const grpc::Status& status) {
  stream_.reset();
  call_.reset();
  if (ended_) return;
  if (IsFinal(status.error_code(), welcomed_)) {
    return End({static_cast<absl::StatusCode>(status.error_code()), status.error_message()});
  }
  const MonoTime now = MonoNow();
  if (!outage_since_) {
    outage_since_ = now;
    handlers_.on_outage(absl::StrFormat("controller %s: not reached, tried again for %.0f s: %s",
                                        options_.controller_address, Seconds(options_.outage_max),
                                        status.error_message()));
  }
  if (now - *outage_since_ > options_.outage_max) {
    return End(absl::UnavailableError(
        absl::StrFormat("controller %s: not reached for %.0f s: %s", options_.controller_address,
                        Seconds(now - *outage_since_), status.error_message())));
  }
  RedialLater();
}

void SessionClient::RedialLater() {
  redial_timer_.expires_after(redial_in_);
  redial_in_ = std::min(redial_in_ * 2, options_.redial_max);
  redial_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || ended_) return;
    // gRPC waits between its own attempts by the wall clock: stepped back by an hour, it would not
    // connect for an hour.  This timer is the only one that counts.
    grpc::experimental::ChannelResetConnectionBackoff(channel_.get());
    Dial();
  });
}

void SessionClient::End(absl::Status status) {
  if (ended_) return;
  Stop();
  handlers_.on_end(std::move(status));
}

void SessionClient::Stop() {
  ended_ = true;
  redial_timer_.cancel();
  heartbeat_timer_.cancel();
  if (stream_) stream_->Cancel();
}

}  // namespace specctl::agent
