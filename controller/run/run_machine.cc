#include "controller/run/run_machine.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/workload/slice.h"
#include "controller/run/agent_records.h"
#include "controller/run/arm_lead.h"

namespace specctl::controller {
namespace {

// A dead process's last batches may still be on their way through the kernel.
constexpr Nanos kDeadPatience = std::chrono::seconds(1);
// What agents may take to cancel everything once nothing can be recorded any more.
constexpr Nanos kJournalFailedPatience = std::chrono::seconds(1);

}  // namespace

RunMachine::RunMachine(Options options, MonoTime now)
    : options_(std::move(options)),
      begun_(now),
      roster_(options_.agents, RunHash(options_.run_id)),
      failures_(options_.expected.wave_requests, options_.failed_share_max),
      write_ahead_(options_.agents) {
  stall_watch_.OnTurn(now);
  Record(StageChanged{.stage = stage_, .at_mono_ns = MonoNs(now), .reason = ""}, now);
}

RunMachine::RunMachine(Options options, const RunPast& past, MonoTime now)
    : options_(std::move(options)),
      begun_(now),
      stalled_(past.away()),
      roster_(options_.agents, RunHash(options_.run_id)),
      failures_(past.failures()),
      write_ahead_(options_.agents),
      stage_(past.stage()),
      armed_(past.ArmedNow()),
      cause_(past.cause()),
      scraping_before_(true) {
  stall_watch_.OnTurn(now);
  Record(past.life(), now);
  for (uint32_t i = 0; i < roster_.size(); ++i) TakeUp(i, past.agents()[i], now);
  if (const auto drain = past.DrainNow()) {
    const MonoTime until{Nanos(drain->until_mono_ns)};
    draining_ = Draining{.reason = drain->reason,
                         .until = until,
                         .give_up_at = std::max(until, now) + options_.agent_timeout};
  }
  // What was decided last may be on disk without what it leads to.
  if (stage_ == RunStage::kPreparing) EnterStage(RunStage::kArmed, "every agent is prepared", now);
  if (draining_ && stage_ < RunStage::kDraining) {
    EnterStage(RunStage::kDraining, cause_.reason(), now);
  }
  if (stage_ == RunStage::kDone) {
    if (failures_.ExceededAtEnd()) cause_.Set(RunEnd::kTooManyFailures, failures_.Text());
    commands_.push_back(ScrapeAfter{});
  } else {
    if (cause_.end() == RunEnd::kAgentLost) DrainAll(DrainReason::kAgentLost, options_.grace, now);
    FinishIfAllEnded(now);
  }
}

void RunMachine::TakeUp(uint32_t agent, const RunPast::Agent& past, MonoTime now) {
  RosterAgent& of = roster_[agent];
  of.incarnation = past.incarnation;
  of.host = past.host;
  of.last_seq = past.last_seq;
  of.lost = past.lost;
  of.heard = now;
  // Whether it has heard of T0 it will say itself.
  of.phase = past.lost ? AgentPhase::kLost : past.ended ? AgentPhase::kDone : AgentPhase::kPrepared;
  write_ahead_.SetDurable(agent, past.last_seq);
}

// --- what agents say ----------------------------------------------------------------------------

void RunMachine::OnAgent(uint32_t agent, const AgentEvent& event, MonoTime now) {
  if (ended_ || roster_[agent].phase == AgentPhase::kLost) return;
  const bool of_process =
      std::holds_alternative<AgentCut>(event) || std::holds_alternative<AgentDied>(event);
  // The end of a process or of its link is no sign of life.
  if (!of_process) roster_[agent].heard = now;
  std::visit([&](const auto& what) { On(agent, what, now); }, event);
}

void RunMachine::On(uint32_t agent, const AgentUp& up, MonoTime now) {
  RosterAgent& of = roster_[agent];
  of.session = up.session;
  if (of.phase == AgentPhase::kExpected) {
    of.phase = AgentPhase::kJoined;
    of.incarnation = up.incarnation;
    of.host = up.host;
    Record(JoinedOf(agent, up, SlotsOfAgent(options_.expected.slots, agent, options_.agents)), now);
    if (!roster_.AllAtLeast(AgentPhase::kJoined)) return;
    // Together, so that none prepares while others start: T0 follows from how long it takes.
    for (uint32_t i = 0; i < roster_.size(); ++i) Instruct(i, now);
    return;
  }
  Instruct(agent, now);
}

// Everything that the agent must know and hasn't confirmed, over the session it has now.
void RunMachine::Instruct(uint32_t agent, MonoTime now) {
  const RosterAgent& of = roster_[agent];
  if (!of.session) return;
  if (const uint64_t durable = write_ahead_.durable_seq(agent)) SendAck(agent, durable);
  if (of.phase == AgentPhase::kJoined && roster_.AllAtLeast(AgentPhase::kJoined)) {
    Follow(SendPrepare{.session = *of.session, .agent = agent}, now);
  }
  if (of.phase == AgentPhase::kPrepared && armed_ && !journal_failed_) SendArm(agent, now);
  if (draining_ && of.phase < AgentPhase::kDone) SendDrain(agent, now);
}

void RunMachine::On(uint32_t agent, const AgentPrepared& prepared, MonoTime now) {
  if (prepared.run_id != options_.run_id) return;
  if (!prepared.error.empty()) {
    return FailRun(
        absl::StrFormat("%s can't run its slice: %s", roster_.NameOf(agent), prepared.error), now);
  }
  RosterAgent& of = roster_[agent];
  if (of.phase == AgentPhase::kJoined) {
    of.phase = AgentPhase::kPrepared;
    of.prepare_round_trip = now - of.prepare_sent.value_or(now);
  }
  // Once, when the last one is prepared: T0 follows from it.
  if (scraping_before_ || armed_ || !roster_.AllAtLeast(AgentPhase::kPrepared)) return;
  scraping_before_ = true;
  commands_.push_back(ScrapeBefore{});
}

void RunMachine::On(uint32_t agent, const AgentArmed& armed, MonoTime now) {
  RosterAgent& of = roster_[agent];
  if (armed.run_id != options_.run_id || of.phase != AgentPhase::kPrepared || !armed_) return;
  of.phase = AgentPhase::kArmed;
  // By its own clock, which may be minutes off; it can't have begun after it said so.
  const MonoTime t0{Nanos(armed_->t0_mono_ns)};
  of.late = std::min(armed.late, std::max(now - t0, Nanos(0)));
}

void RunMachine::On(uint32_t agent, const AgentDone& done, MonoTime now) {
  if (done.run_id != options_.run_id || roster_[agent].phase >= AgentPhase::kDone) return;
  const std::string how = done.stopped
                              ? roster_.NameOf(agent) + " was told to end before its work was done"
                              : roster_.NameOf(agent) + " was done before T0";
  if (!armed_) return LoseAgent(agent, how, now);
  if (done.last_seq != roster_[agent].last_seq) {
    return LoseAgent(agent,
                     absl::StrFormat("%s was done with batch %d, and batch %d came last",
                                     roster_.NameOf(agent), done.last_seq, roster_[agent].last_seq),
                     now);
  }
  // A signal to the whole group reaches the agents too.
  const bool lost = done.stopped && cause_.end() != RunEnd::kInterrupted;
  roster_[agent].phase = AgentPhase::kDone;
  roster_[agent].lost = lost;
  Record(
      AgentEnded{
          .agent = agent, .lost = lost, .reason = lost ? how : "done", .at_mono_ns = MonoNs(now)},
      now);
  if (lost) return OnLoss(how, now);
  FinishIfAllEnded(now);
}

void RunMachine::On(uint32_t agent, const AgentCut&, MonoTime now) {
  roster_[agent].session.reset();
  const bool at_work = roster_[agent].phase < AgentPhase::kDone;
  // With the end of a dead process's session, all that it sent is here.
  if (at_work && !roster_[agent].death.empty()) LoseAgent(agent, roster_[agent].death, now);
}

void RunMachine::On(uint32_t agent, const AgentDied& died, MonoTime now) {
  RosterAgent& of = roster_[agent];
  if (of.phase >= AgentPhase::kDone) return;
  // With a session, its last batches may still come.
  if (!of.session) return LoseAgent(agent, died.how, now);
  of.death = died.how;
  of.give_up_dead = now + kDeadPatience;
}

void RunMachine::On(uint32_t agent, const ClockExchange& exchange, MonoTime now) {
  if (roster_[agent].phase == AgentPhase::kExpected) return;
  Record(ProbedOf(agent, exchange), now);
}

BatchUse RunMachine::OnBatch(uint32_t agent, const ReceivedBatch& received, MonoTime now) {
  const AgentBatch& batch = received.batch;
  if (ended_ || journal_failed_ || roster_[agent].phase == AgentPhase::kLost) {
    return BatchUse::kDrop;
  }
  roster_[agent].heard = now;
  const absl::StatusOr<bool> is_next = roster_.TakeBatch(agent, batch);
  if (!is_next.ok()) {
    LoseAgent(
        agent,
        absl::StrFormat("%s %s", roster_.NameOf(agent), std::string(is_next.status().message())),
        now);
    return BatchUse::kDrop;
  }
  // A repeat: the Ack it waits for may have been lost with a session.
  if (!*is_next) {
    if (const uint64_t durable = write_ahead_.durable_seq(agent)) SendAck(agent, durable);
    return BatchUse::kDrop;
  }
  write_ahead_.OnBatch(agent, batch.seq, received.bytes.size(), now);
  if (batch.first_idle_mono_ns && stage_ == RunStage::kRunning) {
    // The first agent that has an idle slot ends the hold for all.
    EnterStage(RunStage::kDraining, "a slot found no further work", now);
  }
  failures_.CountBatch(batch);
  if (failures_.Exceeded() && armed_ && !cause_.end()) {
    cause_.Set(RunEnd::kTooManyFailures, failures_.Text());
    DrainAll(DrainReason::kTooManyFailures, options_.grace, now);
  }
  return BatchUse::kJournal;
}

void RunMachine::Forgive(Nanos stall, MonoTime now) {
  roster_.Forgive(stall, now);
  begun_ += stall;
  if (armed_) stalled_ += stall;
  if (draining_) draining_->give_up_at += stall;
}

// --- the journal --------------------------------------------------------------------------------

void RunMachine::Record(Event event, MonoTime now) {
  commands_.push_back(RecordEvent{std::move(event)});
  write_ahead_.OnRecorded(now);
}

void RunMachine::Follow(Command command, MonoTime now) {
  if (write_ahead_.Hold(command)) Emit(std::move(command), now);
}

void RunMachine::Emit(Command command, MonoTime now) {
  if (const auto* prepare = std::get_if<SendPrepare>(&command)) {
    RosterAgent& of = roster_[prepare->agent];
    if (!of.prepare_sent) of.prepare_sent = now;
  }
  commands_.push_back(std::move(command));
}

void RunMachine::OnSynced(MonoTime now) {
  WriteAhead::Synced synced = write_ahead_.OnSynced(now);
  for (const WriteAhead::Ack& ack : synced.acks) SendAck(ack.agent, ack.seq);
  // After the end, Release has been said, or will be: nothing may follow it.
  if (ended_) return;
  for (Command& command : synced.released) Emit(std::move(command), now);
}

void RunMachine::SendAck(uint32_t agent, uint64_t seq) {
  const auto session = roster_[agent].session;
  if (!session) return;
  commands_.push_back(SendToAgent{*session, AckBatches{.run_id = options_.run_id, .seq = seq}});
}

// --- what happens around them -------------------------------------------------------------------

void RunMachine::OnScrapedBefore(Nanos real_minus_mono, MonoTime now) {
  real_minus_mono_ = real_minus_mono;
  arm_by_ = now + kAwayMax;
  Arm(now);
}

void RunMachine::Arm(MonoTime now) {
  if (ended_ || armed_ || !real_minus_mono_) return;
  // An agent that is away would begin late.
  if (!roster_.AllConnected() && now < arm_by_) return;
  const MonoTime t0 = now + ArmLead(roster_, write_ahead_.slowest_sync(), options_.boot_id);
  armed_ = Armed{.t0_mono_ns = MonoNs(t0),
                 .t0_unix_ns = MonoNs(t0) + real_minus_mono_->count(),
                 .boot_id = options_.boot_id};
  Record(*armed_, now);
  EnterStage(RunStage::kArmed, "every agent is prepared", now);
  for (uint32_t i = 0; i < roster_.size(); ++i) SendArm(i, now);
}

void RunMachine::SendArm(uint32_t agent, MonoTime now) {
  const RosterAgent& of = roster_[agent];
  if (!of.session) return;
  // Not before Armed is on disk: a controller that dies must find the T0 that agents go by.
  Follow(SendToAgent{*of.session, ArmOrder(options_.run_id, *armed_, of.host.boot_id)}, now);
}

void RunMachine::OnJournalFailed(const std::string& reason, MonoTime now) {
  if (journal_failed_) return;
  journal_failed_ = true;
  write_ahead_.OnFailed();
  if (ended_) return;
  cause_.Set(RunEnd::kFailed, reason);
  if (!armed_ || stage_ == RunStage::kDone) return EndNow(now);
  // What can't be recorded need not be finished.
  DrainAll(DrainReason::kInterrupted, Nanos(0), now);
  draining_->give_up_at = now + kJournalFailedPatience;
}

void RunMachine::OnTick(MonoTime now) {
  if (const Nanos stall = stall_watch_.OnTurn(now); stall > Nanos(0)) Forgive(stall, now);
  if (!ended_) {
    if (stage_ == RunStage::kArmed && MonoNs(now) >= armed_->t0_mono_ns) {
      EnterStage(RunStage::kRunning, "T0", now);
    }
    if (stage_ == RunStage::kPreparing) CheckPreparing(now);
    if (journal_failed_ && !ended_ && now >= draining_->give_up_at) EndNow(now);
    LoseLateAgents(now);
  }
  if (const auto due = write_ahead_.sync_due(); due && now >= *due) {
    write_ahead_.OnSyncBegun(now);
    commands_.push_back(SyncJournal{});
  }
}

void RunMachine::CheckPreparing(MonoTime now) {
  Arm(now);
  if (now - begun_ > options_.join_timeout && !roster_.AllAtLeast(AgentPhase::kJoined)) {
    return FailRun(
        absl::StrFormat("%s did not join within %g s", roster_.NamesBelow(AgentPhase::kJoined),
                        Seconds(options_.join_timeout)),
        now);
  }
  for (uint32_t i = 0; i < roster_.size(); ++i) {
    const RosterAgent& of = roster_[i];
    if (of.phase != AgentPhase::kJoined || !of.prepare_sent) continue;
    if (now - *of.prepare_sent <= options_.prepare_timeout) continue;
    return FailRun(absl::StrFormat("%s was not prepared within %g s", roster_.NameOf(i),
                                   Seconds(options_.prepare_timeout)),
                   now);
  }
}

bool RunMachine::IsPastDeadline(const RosterAgent& of, MonoTime now) const {
  if (!armed_ || !options_.limit) return false;
  // One that has not answered yet may have heard of T0 as late as that.
  const MonoTime t0{Nanos(armed_->t0_mono_ns)};
  // Nor are agents to blame for the time in which the controller stood still.
  const MonoTime begun = t0 + of.late.value_or(options_.agent_timeout);
  const MonoTime due = begun + *options_.limit + options_.grace + options_.agent_timeout + stalled_;
  // How long an earlier life of this controller stood still, no journal tells.
  return now >= std::max(due, begun_ + options_.agent_timeout);
}

void RunMachine::LoseLateAgents(MonoTime now) {
  for (uint32_t i = 0; i < roster_.size() && !ended_; ++i) {
    const RosterAgent& of = roster_[i];
    if (of.phase == AgentPhase::kExpected || of.phase >= AgentPhase::kDone) continue;
    if (of.give_up_dead && now >= *of.give_up_dead) {
      LoseAgent(i, of.death, now);
    } else if (now - of.heard > options_.agent_timeout) {
      LoseAgent(i,
                absl::StrFormat("%s was silent for %g s", roster_.NameOf(i),
                                Seconds(options_.agent_timeout)),
                now);
    } else if (IsPastDeadline(of, now) || (draining_ && now >= draining_->give_up_at)) {
      LoseAgent(i, roster_.NameOf(i) + " did not finish when it was told to", now);
    }
  }
}

}  // namespace specctl::controller
