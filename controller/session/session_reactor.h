// One agent's call: reads a message, hands it on, and waits until it is consumed before it reads
// the next; writes what is queued, one message at a time.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include <grpcpp/grpcpp.h>

#include "common/base/mutex.h"
#include "controller/session/session_input.h"
#include "specctl/v1/session.grpc.pb.h"

namespace specctl::controller {

// The sink gets one SessionCut, as the last of this session, whoever ended it.  Deletes itself in
// OnDone, after `on_done`.  Every public member may be called from any thread until then.
class SessionReactor final
    : public grpc::ServerBidiReactor<v1::AgentMessage, v1::ControllerMessage> {
 public:
  struct Options {
    SessionId id = 0;
    std::string specctl_version, join_token;
    std::function<void(SessionInput)> sink;  // called on gRPC's threads, one message at a time
    // Who says no proper Hello: its address, and what was wrong.
    std::function<void(const std::string& peer, const absl::Status& why)> on_stranger;
    std::function<void(const std::string& peer)> on_greeted;  // who says one
    std::function<void()> on_done;
  };
  // What waits to be sent is bounded: acks replace each other, a slice is encoded part by part, and
  // an agent that lets more than this many messages wait is cut.
  static constexpr size_t kOutboundMax = 64;

  SessionReactor(grpc::CallbackServerContext* context, Options options);

  std::string peer() const { return context_->peer(); }  // its address, as gRPC names it
  // Begins to read.  Called once, after the call is registered.
  void Start();
  // The message that the sink got last has been taken: reads the next one.
  void ReadNext();
  void Send(SessionOutput output);
  // Ends the call once what is queued has been written.
  void FinishAfterWrites(grpc::Status status);
  // Ends the call now.
  void Abort(grpc::Status status);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  absl::StatusOr<SessionEvent> DecodeInbound();
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishWhenIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  grpc::CallbackServerContext* const context_;
  const Options options_;
  v1::AgentMessage inbound_;  // owned by the outstanding read
  bool greeted_ = false;      // only by read reactions

  Mutex mu_;
  std::deque<SessionOutput> queue_ ABSL_GUARDED_BY(mu_);
  v1::ControllerMessage outbound_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<grpc::Status> finish_ ABSL_GUARDED_BY(mu_);  // to finish with, once all is written
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace specctl::controller
