#include "controller/run/run_past.h"

#include <algorithm>
#include <variant>

namespace specctl::controller {

void RunPast::Apply(const Event& event) {
  if (const auto* life = std::get_if<ControllerBegan>(&event)) {
    return lives_.OnControllerBegan(*life);
  }
  if (const auto* batch = std::get_if<AgentBatch>(&event)) {
    if (batch->agent < agents_.size()) agents_[batch->agent].last_seq = batch->seq;
    if (failures_) failures_->CountBatch(*batch);
    return;
  }
  ApplyOnFirstClock(lives_.shifted() ? lives_.OnFirstClock(event) : event);
}

void RunPast::ApplyOnFirstClock(const Event& event) {
  if (const auto* begun = std::get_if<RunBegun>(&event)) {
    begun_ = *begun;
    const LoadSpec& load = begun->spec.load;
    agents_.resize(load.agents);
    failures_.emplace(ExpectationOf(load.shape).wave_requests, load.failed_share_max);
  } else if (const auto* target = std::get_if<TargetProbed>(&event)) {
    targets_.push_back(*target);
  } else if (const auto* joined = std::get_if<AgentJoined>(&event)) {
    if (joined->agent >= agents_.size()) return;
    Agent& agent = agents_[joined->agent];
    agent = {.joined = true,
             .incarnation = joined->incarnation,
             .host = joined->host,
             .resume_secret_sha256 = joined->resume_secret_sha256};
  } else if (const auto* armed = std::get_if<Armed>(&event)) {
    armed_ = *armed;
    lives_.OnArmed(*armed);
  } else if (const auto* probe = std::get_if<ClockProbed>(&event)) {
    lives_.OnSeen(probe->controller_receive_mono_ns);
  } else if (const auto* stage = std::get_if<StageChanged>(&event)) {
    stage_ = stage->stage;
    if (stage->stage == RunStage::kDraining && drain_) OnDraining(stage->reason);
  } else if (const auto* drain = std::get_if<DrainBegun>(&event)) {
    OnDrain(*drain);
  } else if (const auto* over = std::get_if<AgentEnded>(&event)) {
    if (over->agent >= agents_.size()) return;
    agents_[over->agent].ended = true;
    agents_[over->agent].lost = over->lost;
    if (over->lost && IsEndedByLoss()) cause_.Set(RunEnd::kAgentLost, over->reason);
  } else if (const auto* ended = std::get_if<RunEnded>(&event)) {
    ended_ = *ended;
  }
}

bool RunPast::IsEndedByLoss() const {
  const bool goes_on = armed_ && begun_->spec.load.degrades_on_agent_loss;
  return !goes_on ||
         std::all_of(agents_.begin(), agents_.end(), [](const Agent& agent) { return agent.lost; });
}

void RunPast::OnDrain(const DrainBegun& drain) {
  drain_ = drain;
  // A lost agent was told of before, with its reason.
  if (drain.reason == DrainReason::kInterrupted) cause_.Set(RunEnd::kInterrupted, "interrupted");
  if (drain.reason == DrainReason::kTooManyFailures && failures_) {
    cause_.Set(RunEnd::kTooManyFailures, failures_->Text());
  }
}

// How precise the figures were, and who interrupted, is told there alone.
void RunPast::OnDraining(const std::string& reason) {
  if (drain_->reason == DrainReason::kPreciseEnough) cause_.Set(RunEnd::kCompleted, reason);
  if (drain_->reason == DrainReason::kInterrupted) cause_.Set(RunEnd::kInterrupted, reason);
}

void RunPast::BeginLife(const ControllerBegan& life) {
  life_ = life;
  lives_.OnControllerBegan(life);
}

Armed RunPast::ArmedNow() const {
  return {.t0_mono_ns = lives_.OnThisClock(armed_->t0_mono_ns),
          .t0_unix_ns = armed_->t0_unix_ns,
          .boot_id = life_.boot_id};
}

std::optional<DrainBegun> RunPast::DrainNow() const {
  if (!drain_) return std::nullopt;
  return DrainBegun{.reason = drain_->reason,
                    .until_mono_ns = lives_.OnThisClock(drain_->until_mono_ns)};
}

}  // namespace specctl::controller
