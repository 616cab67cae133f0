#include "controller/api/call_gate.h"

#include <mutex>

namespace specctl::controller {

void CallGate::Open(Daemon& daemon, Fleet& fleet) {
  MutexLock lock(mu_);
  daemon_ = &daemon;
  fleet_ = &fleet;
  open_ = true;
}

absl::StatusOr<CallGate::Pass> CallGate::Enter(grpc::ServerContext* context) {
  MutexLock lock(mu_);
  if (!open_) return absl::UnavailableError("the controller is starting or ending");
  in_.insert(context);
  return Pass(*this, context);
}

void CallGate::Leave(grpc::ServerContext* context) {
  MutexLock lock(mu_);
  in_.erase(context);
  left_.notify_all();
}

void CallGate::Close() {
  std::unique_lock<Mutex> lock(mu_);
  const auto all_left = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    open_ = false;
    for (grpc::ServerContext* context : in_) context->TryCancel();
    return in_.empty();
  };
  left_.wait(lock, all_left);
}

}  // namespace specctl::controller
