// AgentRun: one run on the load's reactor: prepare, arm, apply the load, done.
#pragma once

#include <functional>
#include <optional>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <boost/asio/io_context.hpp>

#include "agent/session/session_client.h"
#include "agent/stream/load_generator.h"

namespace specctl::agent {

// The orders come through the On... members; what goes back goes through Replies.  Everything
// happens on the reactor's thread.
class AgentRun {
 public:
  // Hand values on to the session; never wait.
  struct Replies {
    std::function<void(std::string error)> prepared, armed;
    std::function<void(AgentBatch)> batch;
    std::function<void(bool stopped)> done;
  };

  struct Identity {  // of this process
    uint64_t incarnation = 0;
    uint64_t files_max = 0;
  };

  // `io` is run by RunReactor(io, loop).
  AgentRun(boost::asio::io_context& io, LoopWatch& loop, Identity identity, Replies replies);

  void OnPrepare(absl::StatusOr<LoadJob> job);
  void OnArm(ArmOrder order);
  void OnDrain(DrainOrder order);
  // Drains, of this agent's own accord, within `grace`.
  void OnStop(Nanos grace);
  // The session is over: OK where the agent was released.
  void OnEnd(absl::Status status);
  bool has_job() const { return job_.has_value(); }

  // Serves one run; returns how the session ended.
  Task<absl::Status> Serve();

 private:
  Task<void> Prepare();
  Task<void> ApplyLoad();
  Task<void> NextOrder();

  boost::asio::io_context& io_;
  LoopWatch& loop_;
  const Identity identity_;
  const Replies replies_;
  Wakeup orders_;
  std::optional<absl::StatusOr<LoadJob>> job_;
  std::optional<ArmOrder> arm_;
  std::optional<DrainOrder> drain_;
  bool stopped_ = false;
  std::optional<absl::Status> end_;
  std::optional<LoadGenerator> generator_;
};

// T0 on this host's CLOCK_MONOTONIC.  FAILED_PRECONDITION where it has passed at `now`.
absl::StatusOr<MonoTime> ResolveT0(const ArmOrder& order, const ClockPair& now);

}  // namespace specctl::agent
