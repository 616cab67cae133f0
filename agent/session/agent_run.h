// AgentRun: runs on the load's reactor, one after another: prepare, arm, apply the load, done.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <absl/status/status.h>
#include <boost/asio/io_context.hpp>

#include "agent/stream/load_generator.h"
#include "common/base/clock.h"
#include "common/session/controller_messages.h"

namespace specctl::agent {

// The orders come through the On... members; what goes back goes through Replies.  Everything
// happens on the reactor's thread.  An order of a run that is over is passed over; the next run's
// job waits until the load of the one before has stopped.
class AgentRun {
 public:
  // Hand values on to the session; never wait.
  struct Replies {
    std::function<void(std::string run_id, std::string error)> prepared;
    std::function<void(std::string run_id, Nanos late)> armed;
    std::function<void(AgentBatch)> batch;
    std::function<void(std::string run_id, bool stopped)> done;
  };

  struct Identity {  // of this process
    uint64_t incarnation = 0;
    uint64_t files_max = 0;
  };

  // `io` is run by RunReactor(io, loop).
  AgentRun(boost::asio::io_context& io, LoopWatch& loop, Identity identity, Replies replies);

  void OnJob(LoadJob job);
  void OnArm(ArmAgent order);
  void OnDrain(DrainAgent order);
  // Frees all that the run has; its load, where there is some, stops at once.
  void OnRelease(const std::string& run_id);
  // Drains, of this agent's own accord, within `grace`, and ends after that run's release.
  void OnStop(Nanos grace);
  // The session is over: OK where the agent was dismissed.
  void OnEnd(absl::Status status);
  bool has_job() const { return next_.has_value() || job_id_.has_value(); }

  // Serves runs; returns how the session ended, OK after OnStop().
  Task<absl::Status> Serve();

 private:
  Task<void> ServeRun();
  void TakeNext();
  Task<bool> Prepare();
  Task<void> ApplyLoad();
  Task<void> NextOrder();
  bool IsOver() const { return released_ || end_; }

  boost::asio::io_context& io_;
  LoopWatch& loop_;
  const Identity identity_;
  const Replies replies_;
  Wakeup orders_;
  std::optional<LoadJob> next_;
  std::optional<absl::Status> end_;
  bool stopped_ = false;
  // Of the run in hand.
  std::optional<std::string> job_id_;
  std::optional<ArmAgent> arm_;
  std::optional<DrainAgent> drain_;
  bool released_ = false;
  bool cut_short_ = false;  // by OnStop()
  std::optional<LoadGenerator> generator_;
};

// What is not sent because of a drain counts as unassigned for this reason.
UnassignedReason UnassignedBy(DrainReason reason);

// When this agent begins, on its host's CLOCK_MONOTONIC.
struct LoadBegin {
  MonoTime at;
  Nanos late;  // after T0
};

// At T0.  An agent that hears of T0 too late begins at once (see LoadGenerator::Run): no lead that
// is short enough to wait for outlasts a link that is cut just then, and the hold begins when every
// agent's slots have.
LoadBegin ResolveBegin(const ArmAgent& order, const ClockPair& now);

}  // namespace specctl::agent
