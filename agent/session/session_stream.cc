#include "agent/session/session_stream.h"

#include <utility>

namespace specctl::agent {

SessionStream::SessionStream(v1::AgentSession::Stub& stub, Handlers handlers)
    : handlers_(std::move(handlers)) {
  stub.async()->Session(&context_, this);
  AddHold();  // writes are started from outside of reactions
  StartRead(&inbound_);
  StartCall();
}

void SessionStream::WriteMessage(v1::AgentMessage message) {
  outbound_ = std::move(message);
  StartWrite(&outbound_);
}

void SessionStream::OnReadDone(bool ok) {
  if (!ok) return handlers_.on_read_end();
  handlers_.on_message(std::move(inbound_));
  inbound_.Clear();
  StartRead(&inbound_);
}

void SessionStream::OnWriteDone(bool) { handlers_.on_written(); }

void SessionStream::OnDone(const grpc::Status& status) {
  // The handler may lead to the destruction of this.
  const auto on_end = std::move(handlers_.on_end);
  on_end(status);
}

}  // namespace specctl::agent
