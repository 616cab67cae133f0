#include "tests/fakes/fake_agent.h"

#include <algorithm>
#include <chrono>

#include "common/base/clock.h"
#include "common/journal/batch_codec.h"

namespace specctl::fakes {
namespace {

int64_t MonoNanos() { return MonoNow().time_since_epoch().count(); }

}  // namespace

FakeAgent::FakeAgent(Options options)
    : options_(std::move(options)), resume_secret_(options_.resume_secret) {
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
  context_->set_deadline(std::chrono::system_clock::now() + options_.session_max);
  context_->set_wait_for_ready(true);
  stream_ = stub_->Session(context_.get());
  AgentHello hello{.protocol_version = options_.protocol_version,
                   .specctl_version = options_.specctl_version,
                   .incarnation = options_.incarnation,
                   .host = {},
                   .join_token = options_.join_token,
                   .spawn_number = options_.spawn_number,
                   .held = {}};
  hello.resume_secret = resume_secret_;
  hello.host.hostname = "fake-host";
  hello.host.pid = static_cast<uint32_t>(options_.incarnation);
  if (!run_id_.empty()) hello.held.push_back({.run_id = run_id_, .agent = agent_});
  Send(hello);
}

std::optional<ControllerMessage> FakeAgent::Read() {
  v1::ControllerMessage message;
  if (!stream_->Read(&message)) return std::nullopt;
  auto decoded = DecodeControllerMessage(std::move(message));
  if (!decoded.ok()) return std::nullopt;
  if (const auto* welcome = std::get_if<WelcomeAgent>(&*decoded)) {
    resume_secret_ = welcome->resume_secret;
  }
  return *std::move(decoded);
}

bool FakeAgent::Send(AgentMessage message) {
  return stream_->Write(EncodeAgentMessage(std::move(message)));
}

bool FakeAgent::Join() {
  Dial();
  return Await<WelcomeAgent>().has_value();
}

bool FakeAgent::Prepare() {
  parts_.clear();
  do {
    auto part = Await<PreparePart>();
    if (!part) return false;
    if (part->head) agent_ = part->head->slice.agent;
    run_id_ = part->run_id;
    parts_.push_back(*std::move(part));
  } while (!parts_.back().last);
  return Send(AgentPrepared{.run_id = run_id_, .error = ""});
}

bool FakeAgent::AwaitArm() {
  auto arm = Await<ArmAgent>();
  if (!arm) return false;
  arm_ = *std::move(arm);
  return Send(AgentArmed{.run_id = run_id_});
}

bool FakeAgent::SendBatch(const AgentBatch& batch) {
  last_seq_ = std::max(last_seq_, batch.seq);
  return Send(SentBatch{.bytes = EncodeBatch(batch)});
}

bool FakeAgent::SendHeartbeat() { return Send(AgentHeartbeat{.agent_mono_ns = MonoNanos()}); }

bool FakeAgent::AwaitAck(uint64_t seq) {
  while (const auto ack = Await<AckBatches>()) {
    if (ack->seq >= seq) return true;
  }
  return false;
}

bool FakeAgent::Finish() {
  return Send(AgentDone{.run_id = run_id_, .stopped = false, .last_seq = last_seq_}) &&
         Await<ReleaseRun>().has_value();
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

ClockReply FakeAgent::ProbeClock(const ClockProbe& probe) {
  grpc::ClientContext context;
  v1::ClockProbeReply reply;
  stub_->ProbeClock(&context, EncodeClockProbe(probe), &reply);
  return DecodeClockReply(reply);
}

AgentBatch FakeAgent::Batch(uint64_t seq) const {
  AgentBatch batch;
  batch.agent = agent_;
  batch.incarnation = options_.incarnation;
  batch.seq = seq;
  batch.run_hash = RunHash(run_id_);
  batch.from_mono_ns = batch.to_mono_ns = MonoNanos();
  return batch;
}

void AddRequest(AgentBatch& batch, uint64_t ordinal, uint64_t position, Outcome outcome) {
  RequestBegun begun;
  begun.ordinal = ordinal;
  begun.position = position;
  begun.due_mono_ns = begun.begin_mono_ns = batch.from_mono_ns;
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
