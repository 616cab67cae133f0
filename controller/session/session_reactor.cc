#include "controller/session/session_reactor.h"

#include <absl/strings/str_format.h>

namespace specctl::controller {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace

SessionReactor::SessionReactor(grpc::CallbackServerContext* context, Options options)
    : context_(context), options_(std::move(options)) {}

void SessionReactor::Start() { StartRead(&inbound_); }

void SessionReactor::ReadNext() {
  MutexLock lock(mu_);
  if (!finish_) StartRead(&inbound_);
}

void SessionReactor::Send(AgentOutput output) {
  bool full = false;
  {
    MutexLock lock(mu_);
    if (finish_) return;
    full = queue_.size() >= kOutboundMax;
    if (auto* prepare = std::get_if<PrepareAgent>(&output)) {
      queue_.push_back(SliceParts(std::move(*prepare)));
    } else {
      const bool is_ack = std::holds_alternative<AckBatches>(output);
      auto* last = queue_.empty() ? nullptr : std::get_if<AgentOutput>(&queue_.back());
      if (is_ack && last != nullptr && std::holds_alternative<AckBatches>(*last)) queue_.pop_back();
      queue_.push_back(std::move(output));
    }
    if (!full) WriteNext();
  }
  if (full) {
    Abort({grpc::StatusCode::RESOURCE_EXHAUSTED,
           absl::StrFormat("session: over %d messages wait to be read", kOutboundMax)});
  }
}

void SessionReactor::FinishAfterWrites(grpc::Status status) {
  MutexLock lock(mu_);
  if (!finish_) finish_ = std::move(status);
  FinishWhenIdle();
}

void SessionReactor::Abort(grpc::Status status) {
  bool stuck = false;
  {
    MutexLock lock(mu_);
    if (!finish_) finish_ = std::move(status);
    queue_.clear();
    stuck = writing_;
    FinishWhenIdle();
  }
  // A write that the agent doesn't take would hold the call open for ever.
  if (stuck) context_->TryCancel();
}

void SessionReactor::OnReadDone(bool ok) {
  if (!ok) return FinishAfterWrites(grpc::Status::OK);
  absl::StatusOr<AgentInput> input = Decode();
  if (!input.ok()) return Abort(ToGrpc(input.status()));
  options_.sink({.session = options_.id, .input = *std::move(input)});
}

absl::StatusOr<AgentInput> SessionReactor::Decode() {
  if (inbound_.has_hello() == greeted_) {
    return absl::InvalidArgumentError("session: need one Hello, as the first message");
  }
  if (!greeted_) {
    const HelloCheck check{.specctl_version = options_.specctl_version,
                           .join_token = options_.join_token};
    if (absl::Status checked = CheckHello(inbound_.hello(), check); !checked.ok()) return checked;
    greeted_ = true;
  }
  return DecodeAgentMessage(inbound_);
}

void SessionReactor::OnWriteDone(bool ok) {
  MutexLock lock(mu_);
  writing_ = false;
  if (!ok) queue_.clear();
  WriteNext();
  FinishWhenIdle();
}

void SessionReactor::OnCancel() { Abort({grpc::StatusCode::CANCELLED, "session: cut"}); }

void SessionReactor::OnDone() {
  std::string reason;
  {
    MutexLock lock(mu_);
    reason = finish_->error_message();
  }
  options_.sink({.session = options_.id, .input = SessionCut{.reason = std::move(reason)}});
  options_.on_done();
  delete this;
}

void SessionReactor::WriteNext() {
  if (writing_ || finished_ || queue_.empty()) return;
  Outbound& next = queue_.front();
  if (auto* parts = std::get_if<SliceParts>(&next)) {
    outbound_.Clear();
    *outbound_.mutable_prepare() = parts->Next();
    if (parts->done()) queue_.pop_front();
  } else {
    outbound_ = EncodeOutput(std::get<AgentOutput>(next));
    queue_.pop_front();
  }
  writing_ = true;
  StartWrite(&outbound_);
}

void SessionReactor::FinishWhenIdle() {
  if (!finish_ || finished_ || writing_ || !queue_.empty()) return;
  finished_ = true;
  Finish(*finish_);
}

}  // namespace specctl::controller
