// SessionStream: one call of the session, over gRPC's callback API.
#pragma once

#include <functional>

#include <grpcpp/grpcpp.h>

#include "specctl/v1/session.grpc.pb.h"

namespace specctl::agent {

// Handlers are called on gRPC's threads, one at a time for each kind; they only hand values on.
// After on_end nothing is called and the stream may be destroyed.  The other members are called on
// one thread, the session's.
class SessionStream final
    : public grpc::ClientBidiReactor<v1::AgentMessage, v1::ControllerMessage> {
 public:
  struct Handlers {
    std::function<void(v1::ControllerMessage)> on_message;
    std::function<void()> on_written;   // the message of the last WriteMessage() is out, or lost
    std::function<void()> on_read_end;  // nothing more comes: Finish() is due
    std::function<void(grpc::Status)> on_end;
  };

  // Makes the call.
  SessionStream(v1::AgentSession::Stub& stub, Handlers handlers);

  // Sends one message; the next not before on_written.  Not after Finish().
  void WriteMessage(v1::AgentMessage message);
  // After on_read_end: lets the call end.  No write may be under way.
  void Finish() { RemoveHold(); }
  // Ends the call; on_read_end and on_end follow.
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  grpc::ClientContext context_;
  Handlers handlers_;
  v1::ControllerMessage inbound_;
  v1::AgentMessage outbound_;
};

}  // namespace specctl::agent
