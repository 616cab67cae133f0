#include "tests/fakes/fake_agent.h"

#include <chrono>

#include "common/base/clock.h"
#include "common/journal/event_codec.h"

namespace specctl::fakes {
namespace {

constexpr auto kSessionMax = std::chrono::seconds(30);

int64_t MonoNanos() { return MonoNow().time_since_epoch().count(); }

}  // namespace

FakeAgent::FakeAgent(Options options)
    : options_(std::move(options)), agent_(options_.agent.value_or(0)) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Agents of one process must not share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ =
      grpc::CreateCustomChannel(options_.address, grpc::InsecureChannelCredentials(), arguments);
  stub_ = v1::AgentSession::NewStub(channel_);
}

void FakeAgent::Dial() {
  if (stream_ != nullptr) Cut();
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_deadline(std::chrono::system_clock::now() + kSessionMax);
  context_->set_wait_for_ready(true);
  stream_ = stub_->Session(context_.get());
  v1::AgentMessage message;
  v1::Hello* hello = message.mutable_hello();
  hello->set_protocol_version(options_.protocol_version);
  hello->set_specctl_version("0.0.1-fake");
  hello->set_incarnation(options_.incarnation);
  hello->set_join_token(options_.join_token);
  hello->mutable_host()->set_hostname("fake-host");
  hello->mutable_host()->set_pid(static_cast<uint32_t>(options_.incarnation));
  if (options_.agent) hello->set_agent(*options_.agent);
  Send(message);
}

std::optional<v1::ControllerMessage> FakeAgent::Read() {
  v1::ControllerMessage message;
  if (!stream_->Read(&message)) return std::nullopt;
  return message;
}

std::optional<v1::ControllerMessage> FakeAgent::Await(v1::ControllerMessage::MessageCase kind) {
  while (auto message = Read()) {
    if (message->message_case() == kind) return message;
  }
  return std::nullopt;
}

bool FakeAgent::Send(const v1::AgentMessage& message) { return stream_->Write(message); }

bool FakeAgent::JoinAndPrepare() {
  Dial();
  const auto welcome = Await(v1::ControllerMessage::kWelcome);
  if (!welcome) return false;
  agent_ = welcome->welcome().agent();
  slice_parts_.clear();
  do {
    auto prepare = Await(v1::ControllerMessage::kPrepare);
    if (!prepare) return false;
    slice_parts_.push_back(std::move(*prepare->mutable_prepare()));
  } while (!slice_parts_.back().last());
  v1::AgentMessage prepared;
  prepared.mutable_prepared();
  return Send(prepared);
}

bool FakeAgent::AwaitArm() {
  const auto arm = Await(v1::ControllerMessage::kArm);
  if (!arm) return false;
  arm_ = arm->arm();
  v1::AgentMessage armed;
  armed.mutable_armed();
  return Send(armed);
}

bool FakeAgent::SendBatch(const AgentBatch& batch) {
  v1::AgentMessage message;
  *message.mutable_batch() = ToProto(batch);
  return Send(message);
}

bool FakeAgent::SendHeartbeat() {
  v1::AgentMessage message;
  message.mutable_heartbeat()->set_agent_mono_ns(MonoNanos());
  return Send(message);
}

bool FakeAgent::AwaitAck(uint64_t seq) {
  while (const auto ack = Await(v1::ControllerMessage::kAck)) {
    if (ack->ack().seq() >= seq) return true;
  }
  return false;
}

bool FakeAgent::Finish() {
  v1::AgentMessage done;
  done.mutable_done();
  return Send(done) && Await(v1::ControllerMessage::kRelease).has_value();
}

void FakeAgent::Cut() {
  context_->TryCancel();
  stream_->Finish();
  stream_.reset();
}

grpc::Status FakeAgent::EndStatus() {
  while (Read()) continue;
  const grpc::Status status = stream_->Finish();
  stream_.reset();
  return status;
}

v1::ClockProbeReply FakeAgent::ProbeClock(const v1::ClockProbeRequest& request) {
  grpc::ClientContext context;
  v1::ClockProbeReply reply;
  stub_->ProbeClock(&context, request, &reply);
  return reply;
}

AgentBatch FakeAgent::Batch(uint64_t seq) const {
  AgentBatch batch;
  batch.agent = agent_;
  batch.incarnation = options_.incarnation;
  batch.seq = seq;
  batch.from_mono_ns = batch.to_mono_ns = MonoNanos();
  return batch;
}

void AddRequest(AgentBatch& batch, uint64_t ordinal, uint64_t position, Outcome outcome) {
  RequestBegun begun;
  begun.ordinal = ordinal;
  begun.position = position;
  begun.slot_free_mono_ns = begun.begin_mono_ns = batch.from_mono_ns;
  batch.begun.push_back(begun);
  RequestFinished finished;
  finished.ordinal = ordinal;
  finished.outcome = outcome;
  if (outcome == Outcome::kFailed) {
    finished.failure = FailureKind::kConnect;
    finished.error = "http://engine:8000: connection refused";
  }
  if (outcome == Outcome::kOk) finished.finish_reason = "stop";
  finished.start_mono_ns = finished.sent_mono_ns = batch.from_mono_ns;
  finished.end_mono_ns = batch.to_mono_ns;
  batch.finished.push_back(finished);
}

}  // namespace specctl::fakes
