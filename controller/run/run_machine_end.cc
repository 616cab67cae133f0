// How a run ends.
#include "controller/run/run_machine.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace specctl::controller {
namespace {

std::string InterruptText(StopCause by, bool again) {
  if (by == StopCause::kUser) return again ? "interrupted twice: stopped at once" : "interrupted";
  const std::string text = "the controller was told to end (SIGTERM or Ctrl-C)";
  return again ? text + ": stopped at once" : text;
}

}  // namespace

void RunMachine::OnInterrupt(MonoTime now, StopCause by) {
  if (ended_) return;
  const bool again = cause_.end() == RunEnd::kInterrupted;
  // Nothing is in flight that could drain, or the user waits no longer.
  if (again || !armed_ || stage_ == RunStage::kDone) {
    cause_.Set(RunEnd::kInterrupted, InterruptText(by, again));
    return EndNow(now);
  }
  cause_.Set(RunEnd::kInterrupted, InterruptText(by, /*again=*/false));
  if (journal_failed_) return;
  if (!draining_ || draining_->until > now + options_.interrupt_grace) {
    return DrainAll(DrainReason::kInterrupted, options_.interrupt_grace, now);
  }
  // The drain goes on as it is; why it does must outlive this life of the controller.
  draining_->reason = DrainReason::kInterrupted;
  Record(DrainBegun{.reason = draining_->reason, .until_mono_ns = MonoNs(draining_->until)}, now);
}

void RunMachine::OnScrapedAfter(MonoTime now) {
  if (!ended_) EndNow(now);
}

void RunMachine::OnPreciseEnough(const std::string& how, MonoTime now) {
  if (ended_ || cause_.end() || stage_ != RunStage::kRunning) return;
  cause_.Set(RunEnd::kCompleted, how);
  DrainAll(DrainReason::kPreciseEnough, options_.grace, now);
}

void RunMachine::LoseAgent(uint32_t agent, const std::string& why, MonoTime now) {
  RosterAgent& of = roster_[agent];
  // The journal knows nothing of one that never joined.
  const bool joined = of.phase != AgentPhase::kExpected;
  of.phase = AgentPhase::kLost;
  of.lost = true;
  of.session.reset();
  if (joined) {
    Record(AgentEnded{.agent = agent, .lost = true, .reason = why, .at_mono_ns = MonoNs(now)}, now);
  }
  commands_.push_back(DropAgent{.agent = agent});
  OnLoss(why, now);
}

void RunMachine::OnLoss(const std::string& why, MonoTime now) {
  const bool goes_on = options_.degrades_on_agent_loss && armed_ && !roster_.AllLost();
  if (!goes_on) {
    cause_.Set(RunEnd::kAgentLost, why);
    // Before T0 nothing has been measured that could be kept.
    if (!armed_) return EndNow(now);
    if (!journal_failed_) DrainAll(DrainReason::kAgentLost, options_.grace, now);
  }
  FinishIfAllEnded(now);
}

void RunMachine::DrainAll(DrainReason reason, Nanos grace, MonoTime now) {
  // A drain may be brought forward, never put off.
  if (draining_ && draining_->until <= now + grace) return;
  const MonoTime until = now + grace;
  draining_ =
      Draining{.reason = reason, .until = until, .give_up_at = until + options_.agent_timeout};
  Record(DrainBegun{.reason = reason, .until_mono_ns = MonoNs(until)}, now);
  if (stage_ < RunStage::kDraining) EnterStage(RunStage::kDraining, cause_.reason(), now);
  for (uint32_t i = 0; i < roster_.size(); ++i) {
    if (roster_[i].phase < AgentPhase::kDone) SendDrain(i, now);
  }
}

void RunMachine::SendDrain(uint32_t agent, MonoTime now) {
  if (!roster_[agent].session) return;
  // What is left of it: an agent may hear of the drain late.
  const Nanos left = std::max(draining_->until - now, Nanos(0));
  Follow(SendToAgent{*roster_[agent].session,
                     DrainAgent{
                         .run_id = options_.run_id, .reason = draining_->reason, .grace = left}},
         now);
}

void RunMachine::FailRun(std::string reason, MonoTime now) {
  cause_.Set(RunEnd::kFailed, std::move(reason));
  EndNow(now);
}

void RunMachine::EnterStage(RunStage stage, std::string reason, MonoTime now) {
  stage_ = stage;
  Record(StageChanged{.stage = stage, .at_mono_ns = MonoNs(now), .reason = std::move(reason)}, now);
}

void RunMachine::FinishIfAllEnded(MonoTime now) {
  if (ended_ || stage_ == RunStage::kDone || !roster_.AllAtLeast(AgentPhase::kDone)) return;
  if (journal_failed_) return EndNow(now);
  if (failures_.ExceededAtEnd()) cause_.Set(RunEnd::kTooManyFailures, failures_.Text());
  EnterStage(RunStage::kDone, "every agent has ended", now);
  commands_.push_back(ScrapeAfter{});
}

void RunMachine::EndNow(MonoTime now) {
  assert(!ended_);
  if (stage_ != RunStage::kDone) EnterStage(RunStage::kDone, cause_.reason(), now);
  ended_ = RunEnded{.end = cause_.end().value_or(RunEnd::kCompleted),
                    .reason = cause_.reason(),
                    .at_mono_ns = MonoNs(now)};
  Record(*ended_, now);
  write_ahead_.Hasten();
}

}  // namespace specctl::controller
