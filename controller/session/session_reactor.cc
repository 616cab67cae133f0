#include "controller/session/session_reactor.h"

#include <absl/strings/str_format.h>

#include "common/session/grpc_status.h"

namespace specctl::controller {
namespace {

struct ToEvent {
  SessionEvent operator()(SentBatch) const { return ReceivedBatch{}; }  // read before
  template <typename T>
  SessionEvent operator()(T message) const {
    return message;
  }
};

}  // namespace

SessionReactor::SessionReactor(grpc::CallbackServerContext* context, Options options)
    : context_(context), options_(std::move(options)) {}

void SessionReactor::Start() { StartRead(&inbound_); }

void SessionReactor::ReadNext() {
  MutexLock lock(mu_);
  if (!finish_) StartRead(&inbound_);
}

void SessionReactor::Send(SessionOutput output) {
  bool full = false;
  {
    MutexLock lock(mu_);
    if (finish_) return;
    full = queue_.size() >= kOutboundMax;
    // A later Ack covers the earlier ones.
    if (IsAck(output) && !queue_.empty() && IsAck(queue_.back())) queue_.pop_back();
    queue_.push_back(std::move(output));
    if (!full) WriteNext();
  }
  if (full) {
    Abort({grpc::StatusCode::RESOURCE_EXHAUSTED,
           absl::StrFormat("session: more than %d messages are waiting to be read", kOutboundMax)});
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
  absl::StatusOr<SessionEvent> event = DecodeInbound();
  if (!event.ok()) {
    if (!greeted_) options_.on_stranger(context_->peer(), event.status());
    return Abort(ToGrpc(event.status()));
  }
  // The next read is ReadNext()'s, when this one has been taken: no more than one waits.
  options_.sink({.session = options_.id, .event = *std::move(event)});
}

absl::StatusOr<SessionEvent> SessionReactor::DecodeInbound() {
  auto message = DecodeAgentMessage(std::move(inbound_));
  inbound_.Clear();
  if (!message.ok()) return message.status();
  const auto* hello = std::get_if<AgentHello>(&*message);
  if ((hello != nullptr) == greeted_) {
    return absl::InvalidArgumentError("session: need exactly one Hello, as the first message");
  }
  if (hello != nullptr) {
    const HelloCheck check{.specctl_version = options_.specctl_version,
                           .join_token = options_.join_token};
    if (absl::Status checked = CheckHello(*hello, check); !checked.ok()) return checked;
    greeted_ = true;
    options_.on_greeted(context_->peer());
  }
  if (auto* batch = std::get_if<SentBatch>(&*message)) {
    auto received = DecodeBatch(std::move(batch->bytes));
    if (!received.ok()) return received.status();
    return *std::move(received);
  }
  return std::visit(ToEvent{}, *std::move(message));
}

void SessionReactor::OnWriteDone(bool ok) {
  MutexLock lock(mu_);
  writing_ = false;
  // The call is broken: no further write can succeed.
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
  options_.sink({.session = options_.id, .event = SessionCut{.reason = std::move(reason)}});
  options_.on_done();
  delete this;
}

void SessionReactor::WriteNext() {
  if (writing_ || finished_ || queue_.empty()) return;
  SessionOutput& next = queue_.front();
  if (auto* parts = std::get_if<PrepareParts>(&next)) {
    outbound_ = EncodeControllerMessage(ControllerMessage(parts->Next()));
    // One part at a time, made when the last one is out: a slice may be too large to hold in memory
    // twice.
    if (parts->done()) queue_.pop_front();
  } else {
    outbound_ = EncodeControllerMessage(std::get<ControllerMessage>(next));
    queue_.pop_front();
  }
  writing_ = true;
  StartWrite(&outbound_);
}

void SessionReactor::FinishWhenIdle() {
  // gRPC takes one Finish, and none under a write.
  if (!finish_ || finished_ || writing_ || !queue_.empty()) return;
  finished_ = true;
  Finish(*finish_);
}

}  // namespace specctl::controller
