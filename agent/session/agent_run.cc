#include "agent/session/agent_run.h"

#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::agent {

absl::StatusOr<MonoTime> ResolveT0(const ArmOrder& order, const ClockPair& now) {
  const MonoTime t0 = order.t0_agent_mono_ns
                          ? MonoTime(Nanos(*order.t0_agent_mono_ns))
                          : MonoTime(Nanos(order.t0_unix_ns) - now.RealMinusMono());
  if (t0 > now.mono) return t0;
  return absl::FailedPreconditionError(absl::StrFormat(
      "T0 had passed %.3f s ago when the agent was armed: the link to the controller is slow, or "
      "the clocks are apart",
      Seconds(now.mono - t0)));
}

AgentRun::AgentRun(boost::asio::io_context& io, LoopWatch& loop, Identity identity, Replies replies)
    : io_(io),
      loop_(loop),
      identity_(identity),
      replies_(std::move(replies)),
      orders_(io.get_executor()) {}

void AgentRun::OnPrepare(absl::StatusOr<LoadJob> job) {
  job_ = std::move(job);
  orders_.Notify();
}

void AgentRun::OnArm(ArmOrder order) {
  arm_ = order;
  orders_.Notify();
}

void AgentRun::OnDrain(DrainOrder order) {
  drain_ = order;
  if (generator_) generator_->Drain(order.reason, order.grace);
  orders_.Notify();
}

void AgentRun::OnStop(Nanos grace) {
  stopped_ = !drain_;  // else the run ends anyway
  OnDrain({UnassignedReason::kInterrupted, grace});
}

void AgentRun::OnEnd(absl::Status status) {
  if (!status.ok() && generator_) generator_->Drain(UnassignedReason::kAgentLost, Nanos(0));
  end_ = std::move(status);
  orders_.Notify();
}

Task<void> AgentRun::NextOrder() {
  const MonoTime never = MonoTime::max();
  co_await orders_.WaitUntil(never);
}

Task<absl::Status> AgentRun::Serve() {
  while (!job_ && !drain_ && !end_) co_await NextOrder();
  if (job_ && !end_) co_await Prepare();
  if (generator_ && !end_) co_await ApplyLoad();
  if (!end_ && (drain_ || arm_)) replies_.done(stopped_);
  while (!end_) co_await NextOrder();
  co_return *end_;
}

Task<void> AgentRun::Prepare() {
  absl::Status status = job_->status();
  if (status.ok()) {
    LoadGenerator::Options options;
    options.on_batch = replies_.batch;
    options.files_max = identity_.files_max;
    options.incarnation = identity_.incarnation;
    generator_.emplace(io_, loop_, **std::move(job_), std::move(options));
    if (drain_) generator_->Drain(drain_->reason, drain_->grace);
    status = co_await generator_->Prepare();
  }
  if (!status.ok()) generator_.reset();
  replies_.prepared(std::string(status.message()));
}

Task<void> AgentRun::ApplyLoad() {
  while (!arm_ && !drain_ && !end_) co_await NextOrder();
  if (end_) co_return;
  // Drained before it was armed: what was planned is reported as unassigned.
  MonoTime t0 = MonoNow();
  if (arm_ && !drain_) {
    const auto resolved = ResolveT0(*arm_, ReadClockPair());
    replies_.armed(std::string(resolved.status().message()));
    if (!resolved.ok()) co_return;
    t0 = *resolved;
  }
  co_await generator_->Run(t0);
}

}  // namespace specctl::agent
