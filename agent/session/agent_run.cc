#include "agent/session/agent_run.h"

#include <algorithm>
#include <utility>

namespace specctl::agent {

UnassignedReason UnassignedBy(DrainReason reason) {
  switch (reason) {
    case DrainReason::kAgentLost:
      return UnassignedReason::kAgentLost;
    case DrainReason::kTooManyFailures:
      return UnassignedReason::kTooManyFailures;
    // As when the time is up.
    case DrainReason::kPreciseEnough:
      return UnassignedReason::kLimit;
    case DrainReason::kInterrupted:
      break;
  }
  return UnassignedReason::kInterrupted;
}

LoadBegin ResolveBegin(const ArmAgent& order, const ClockPair& now) {
  // One boot has one monotonic clock, which no wall clock's error touches.
  const MonoTime t0 = order.t0_agent_mono_ns
                          ? MonoTime(Nanos(*order.t0_agent_mono_ns))
                          : MonoTime(Nanos(order.t0_unix_ns) - now.RealMinusMono());
  const MonoTime at = std::max(t0, now.mono);
  return {.at = at, .late = at - t0};
}

AgentRun::AgentRun(boost::asio::io_context& io, LoopWatch& loop, Identity identity, Replies replies)
    : io_(io),
      loop_(loop),
      identity_(identity),
      replies_(std::move(replies)),
      orders_(io.get_executor()) {}

void AgentRun::OnJob(LoadJob job) {
  next_ = std::move(job);
  orders_.Notify();
}

void AgentRun::OnArm(ArmAgent order) {
  if (job_id_ != order.run_id) return;
  // Taken by the run's own coroutine, when it comes to it.
  arm_ = std::move(order);
  orders_.Notify();
}

void AgentRun::OnDrain(DrainAgent order) {
  if (job_id_ != order.run_id) return;
  drain_ = std::move(order);
  // Right away: the coroutine itself is waiting for the load to end.
  if (generator_) generator_->Drain(UnassignedBy(drain_->reason), drain_->grace);
  orders_.Notify();
}

void AgentRun::OnRelease(const std::string& run_id) {
  if (next_ && next_->spec.run_id == run_id) next_.reset();
  if (job_id_ != run_id) return;
  // The controller has all it wants of this run: what is in flight may be cut.
  released_ = true;
  if (generator_) generator_->Drain(UnassignedReason::kAgentLost, Nanos(0));
  orders_.Notify();
}

void AgentRun::OnStop(Nanos grace) {
  stopped_ = true;
  if (!job_id_) return orders_.Notify();
  cut_short_ = !drain_;  // else the run ends anyway
  OnDrain({.run_id = *job_id_, .reason = DrainReason::kInterrupted, .grace = grace});
}

void AgentRun::OnEnd(absl::Status status) {
  // Without a session nothing can be delivered.
  if (generator_) generator_->Drain(UnassignedReason::kAgentLost, Nanos(0));
  end_ = std::move(status);
  orders_.Notify();
}

Task<void> AgentRun::NextOrder() {
  const MonoTime never = MonoTime::max();
  co_await orders_.WaitUntil(never);
}

Task<absl::Status> AgentRun::Serve() {
  for (;;) {
    // Several orders may arrive before this runs, so it looks at their results instead of counting
    // wake-ups.
    while (!next_ && !end_ && !stopped_) co_await NextOrder();
    if (end_ || stopped_) break;
    co_await ServeRun();
  }
  if (!end_) end_ = absl::OkStatus();
  co_return *end_;
}

Task<void> AgentRun::ServeRun() {
  TakeNext();
  const bool prepared = co_await Prepare();
  if (prepared && !IsOver()) co_await ApplyLoad();
  // If the run was neither armed nor drained, preparing failed: the controller knows, and expects
  // no Done.
  if (!IsOver() && (drain_ || arm_)) replies_.done(*job_id_, cut_short_);
  // The run is held until Release: its last batches may not be on the controller's disk yet.
  while (!IsOver()) co_await NextOrder();
  generator_.reset();
  job_id_.reset();
  arm_.reset();
  drain_.reset();
  released_ = false;
  cut_short_ = false;
}

void AgentRun::TakeNext() {
  job_id_ = next_->spec.run_id;
  LoadGenerator::Options options;
  options.on_batch = replies_.batch;
  options.files_max = identity_.files_max;
  options.incarnation = identity_.incarnation;
  generator_.emplace(io_, loop_, *std::move(next_), std::move(options));
  next_.reset();
}

Task<bool> AgentRun::Prepare() {
  const absl::Status status = co_await generator_->Prepare();
  // There will be no load, so nothing of it is kept.
  if (!status.ok()) generator_.reset();
  replies_.prepared(*job_id_, std::string(status.message()));
  co_return status.ok();
}

Task<void> AgentRun::ApplyLoad() {
  while (!arm_ && !drain_ && !IsOver()) co_await NextOrder();
  if (IsOver()) co_return;
  // Drained before it was armed: what was planned is reported as unassigned.
  LoadBegin begin{.at = MonoNow(), .late = Nanos(0)};
  if (arm_ && !drain_) {
    begin = ResolveBegin(*arm_, ReadClockPair());
    replies_.armed(*job_id_, begin.late);
  }
  co_await generator_->Run(begin.at, begin.late);
}

}  // namespace specctl::agent
