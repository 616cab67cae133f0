// CallGate: which calls are being answered, so that what they use can be taken away.
#pragma once

#include <condition_variable>
#include <optional>
#include <set>
#include <utility>

#include <absl/status/statusor.h>
#include <grpcpp/grpcpp.h>

#include "common/base/mutex.h"

namespace specctl::controller {

class Daemon;
class Fleet;

// Thread-safe.
class CallGate {
 public:
  // A call that was let in; while one exists, so do the daemon and the fleet.  Move-only.
  class Pass {
   public:
    Pass(CallGate& gate, grpc::ServerContext* context) : gate_(&gate), context_(context) {}
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), context_(other.context_) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave(context_);
    }
    Daemon& daemon() const { return *gate_->daemon_; }
    Fleet& fleet() const { return *gate_->fleet_; }

   private:
    CallGate* gate_;
    grpc::ServerContext* context_;
  };

  // From now on calls are let in.
  void Open(Daemon& daemon, Fleet& fleet);
  // UNAVAILABLE before Open() and after Close().
  absl::StatusOr<Pass> Enter(grpc::ServerContext* context);
  // Lets no further call in, cancels those that are in, and returns when all have left.
  void Close();

 private:
  void Leave(grpc::ServerContext* context);

  Mutex mu_;
  std::condition_variable_any left_;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
  std::set<grpc::ServerContext*> in_ ABSL_GUARDED_BY(mu_);
  Daemon* daemon_ = nullptr;  // set before any call is let in
  Fleet* fleet_ = nullptr;
};

}  // namespace specctl::controller
