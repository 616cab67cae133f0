#include "controller/run/run_machine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/workload/slice.h"

namespace specctl::controller {
namespace {

// A dead process's last batches may still be on their way through the kernel.
constexpr Nanos kDeadPatience = std::chrono::seconds(1);
// What agents may take to cancel everything once nothing can be recorded any more.
constexpr Nanos kJournalFailedPatience = std::chrono::seconds(1);
constexpr Nanos kArmLeadMax = std::chrono::seconds(20);

}  // namespace

RunMachine::RunMachine(Options options, MonoTime now)
    : options_(std::move(options)),
      begun_(now),
      roster_(options_.agents),
      failures_(options_.bs, options_.failed_share_max) {
  Record(StageChanged{.stage = stage_, .at_mono_ns = MonoNs(now), .reason = ""});
}

// --- what agents say ----------------------------------------------------------------------------

void RunMachine::OnInput(SessionId session, const AgentInput& input, MonoTime now) {
  if (ended_) return;
  if (const auto* hello = std::get_if<AgentHello>(&input)) return OnHello(session, *hello, now);
  const std::optional<uint32_t> agent = roster_.AgentOf(session);
  if (!agent) return;
  if (!std::holds_alternative<SessionCut>(input)) roster_[*agent].heard = now;
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (!std::is_same_v<What, AgentHello> && !std::is_same_v<What, ReceivedBatch> &&
                      !std::is_same_v<What, AgentHeartbeat>) {
          On(*agent, what, now);
        }
      },
      input);
}

void RunMachine::OnHello(SessionId session, const AgentHello& hello, MonoTime now) {
  const absl::StatusOr<AgentRoster::Admission> admission = roster_.Admit(session, hello, now);
  if (!admission.ok()) {
    commands_.push_back(CloseSession{session, admission.status()});
    return;
  }
  const uint32_t agent = admission->agent;
  if (admission->replaced) {
    commands_.push_back(
        CloseSession{*admission->replaced, absl::AbortedError("session: the agent dialled again")});
  }
  if (!admission->resumed) {
    Record(AgentJoined{.agent = agent,
                       .incarnation = hello.incarnation,
                       .host = hello.host,
                       .slots = SlotsOfAgent(options_.bs, agent, options_.agents)});
  }
  WelcomeAgent welcome{.agent = agent,
                       .lease = options_.lease,
                       .heartbeat = options_.heartbeat,
                       .boot_id = options_.boot_id};
  commands_.push_back(SendToAgent{session, std::move(welcome)});
  Instruct(agent, now);
}

// Everything that the agent must know and hasn't confirmed, over the session it has now.
void RunMachine::Instruct(uint32_t agent, MonoTime now) {
  const RosterAgent& of = roster_[agent];
  if (of.last_seq > 0) commands_.push_back(SendAck{*of.session, agent});
  if (of.phase == AgentPhase::kJoined) commands_.push_back(SendPrepare{*of.session, agent});
  if (of.phase == AgentPhase::kPrepared && armed_) SendArm(agent);
  if (draining_ && of.phase < AgentPhase::kDone) SendDrain(agent, now);
}

void RunMachine::On(uint32_t agent, const AgentPrepared& prepared, MonoTime now) {
  if (!prepared.error.empty()) {
    return FailRun(
        absl::StrFormat("%s can't run its slice: %s", roster_.NameOf(agent), prepared.error), now);
  }
  if (roster_[agent].phase == AgentPhase::kJoined) roster_[agent].phase = AgentPhase::kPrepared;
  if (scraping_before_ || armed_ || !roster_.AllAtLeast(AgentPhase::kPrepared)) return;
  scraping_before_ = true;
  commands_.push_back(ScrapeBefore{});
}

void RunMachine::On(uint32_t agent, const AgentArmed& armed, MonoTime now) {
  if (!armed.error.empty()) {
    return LoseAgent(
        agent, absl::StrFormat("%s can't begin: %s", roster_.NameOf(agent), armed.error), now);
  }
  if (roster_[agent].phase == AgentPhase::kPrepared && armed_) {
    roster_[agent].phase = AgentPhase::kArmed;
  }
}

void RunMachine::On(uint32_t agent, const AgentDone& done, MonoTime now) {
  if (roster_[agent].phase >= AgentPhase::kDone) return;
  const std::string how = done.stopped
                              ? roster_.NameOf(agent) + " was told to end before its work was done"
                              : roster_.NameOf(agent) + " was done before T0";
  if (!armed_) return LoseAgent(agent, how, now);
  roster_[agent].phase = AgentPhase::kDone;
  // A signal to the whole group reaches the agents too.
  const bool lost = done.stopped && end_ != RunEnd::kInterrupted;
  Record(AgentEnded{
      .agent = agent, .lost = lost, .reason = lost ? how : "done", .at_mono_ns = MonoNs(now)});
  if (lost) {
    SetEnd(RunEnd::kAgentLost, how);
    if (!journal_failed_) DrainAll(DrainReason::kAgentLost, options_.grace, now);
  }
  FinishIfAllEnded(now);
}

void RunMachine::On(uint32_t agent, const SessionCut&, MonoTime now) {
  roster_[agent].session.reset();
  if (!roster_[agent].death.empty()) LoseAgent(agent, roster_[agent].death, now);
}

BatchUse RunMachine::OnBatch(SessionId session, const AgentBatch& batch, MonoTime now) {
  const std::optional<uint32_t> agent = roster_.AgentOf(session);
  if (ended_ || journal_failed_ || !agent) return BatchUse::kDrop;
  roster_[*agent].heard = now;
  const absl::StatusOr<bool> is_next = roster_.TakeBatch(*agent, batch);
  if (!is_next.ok()) {
    LoseAgent(
        *agent,
        absl::StrFormat("%s %s", roster_.NameOf(*agent), std::string(is_next.status().message())),
        now);
    return BatchUse::kDrop;
  }
  if (!*is_next) return BatchUse::kRepeat;
  if (batch.first_idle_mono_ns && stage_ == RunStage::kRunning) {
    EnterStage(RunStage::kDraining, "a slot found no further work", now);
  }
  failures_.Count(batch);
  if (failures_.Exceeded() && armed_ && !end_) {
    SetEnd(RunEnd::kTooManyFailures, failures_.Text());
    DrainAll(DrainReason::kTooManyFailures, options_.grace, now);
  }
  return BatchUse::kJournal;
}

// --- what happens around them -------------------------------------------------------------------

void RunMachine::OnProcessDied(uint32_t agent, const std::string& how, MonoTime now) {
  RosterAgent& of = roster_[agent];
  if (ended_ || of.phase >= AgentPhase::kDone) return;
  if (!of.session) return LoseAgent(agent, how, now);
  of.death = how;
  of.give_up_dead = now + kDeadPatience;
}

// Agents that took long to prepare may take long to hear of T0 too.
Nanos RunMachine::ArmLead(MonoTime now) const {
  MonoTime last_joined = begun_;
  for (uint32_t i = 0; i < roster_.size(); ++i) {
    last_joined = std::max(last_joined, roster_[i].joined);
  }
  return std::max(options_.arm_lead, std::min(2 * (now - last_joined), kArmLeadMax));
}

void RunMachine::OnScrapedBefore(Nanos real_minus_mono, MonoTime now) {
  if (ended_ || armed_) return;
  const MonoTime t0 = now + ArmLead(now);
  armed_ = Armed{.t0_mono_ns = MonoNs(t0),
                 .t0_unix_ns = MonoNs(t0) + real_minus_mono.count(),
                 .boot_id = options_.boot_id};
  Record(*armed_);
  EnterStage(RunStage::kArmed, "every agent is prepared", now);
  for (uint32_t i = 0; i < roster_.size(); ++i) SendArm(i);
}

void RunMachine::SendArm(uint32_t agent) {
  const RosterAgent& of = roster_[agent];
  if (!of.session) return;
  ArmAgent arm{.t0_mono_ns = armed_->t0_mono_ns,
               .t0_agent_mono_ns = std::nullopt,
               .t0_unix_ns = armed_->t0_unix_ns};
  const bool same_clock = !options_.boot_id.empty() && of.host.boot_id == options_.boot_id;
  if (same_clock) arm.t0_agent_mono_ns = armed_->t0_mono_ns;
  commands_.push_back(SendToAgent{*of.session, arm});
}

void RunMachine::OnScrapedAfter(MonoTime now) {
  if (!ended_) EndNow(now);
}

void RunMachine::OnInterrupt(MonoTime now) {
  if (ended_) return;
  const bool again = end_ == RunEnd::kInterrupted;
  if (again || !armed_ || stage_ == RunStage::kDone) {
    SetEnd(RunEnd::kInterrupted, again ? "interrupted twice: stopped at once" : "interrupted");
    return EndNow(now);
  }
  SetEnd(RunEnd::kInterrupted, "interrupted");
  if (!journal_failed_) DrainAll(DrainReason::kInterrupted, options_.interrupt_grace, now);
}

void RunMachine::OnJournalFailed(const std::string& reason, MonoTime now) {
  if (ended_ || journal_failed_) return;
  journal_failed_ = true;
  SetEnd(RunEnd::kFailed, reason);
  if (!armed_ || stage_ == RunStage::kDone) return EndNow(now);
  DrainAll(DrainReason::kInterrupted, Nanos(0), now);
  draining_->give_up_at = now + kJournalFailedPatience;
}

void RunMachine::OnTick(MonoTime now) {
  if (ended_) return;
  if (stage_ == RunStage::kArmed && MonoNs(now) >= armed_->t0_mono_ns) {
    EnterStage(RunStage::kRunning, "T0", now);
  }
  if (stage_ == RunStage::kPreparing) CheckPreparing(now);
  if (journal_failed_ && now >= draining_->give_up_at && !ended_) return EndNow(now);
  LoseLateAgents(now);
}

void RunMachine::CheckPreparing(MonoTime now) {
  if (now - begun_ > options_.join_timeout && !roster_.AllAtLeast(AgentPhase::kJoined)) {
    return FailRun(
        absl::StrFormat("%s did not join within %g s", roster_.NamesBelow(AgentPhase::kJoined),
                        Seconds(options_.join_timeout)),
        now);
  }
  for (uint32_t i = 0; i < roster_.size(); ++i) {
    if (roster_[i].phase != AgentPhase::kJoined) continue;
    if (now - roster_[i].joined <= options_.prepare_timeout) continue;
    return FailRun(absl::StrFormat("%s was not prepared within %g s", roster_.NameOf(i),
                                   Seconds(options_.prepare_timeout)),
                   now);
  }
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
    } else if (draining_ && now >= draining_->give_up_at) {
      LoseAgent(i, roster_.NameOf(i) + " did not finish when it was told to", now);
    }
  }
}

// --- how a run ends -----------------------------------------------------------------------------

void RunMachine::LoseAgent(uint32_t agent, const std::string& why, MonoTime now) {
  RosterAgent& of = roster_[agent];
  const bool joined = of.phase != AgentPhase::kExpected;
  of.phase = AgentPhase::kLost;
  if (joined) {
    Record(AgentEnded{.agent = agent, .lost = true, .reason = why, .at_mono_ns = MonoNs(now)});
  }
  if (of.session) {
    commands_.push_back(CloseSession{*of.session, absl::AbortedError("agent lost: " + why)});
    of.session.reset();
  }
  SetEnd(RunEnd::kAgentLost, why);
  if (!armed_) return EndNow(now);
  if (!journal_failed_) DrainAll(DrainReason::kAgentLost, options_.grace, now);
  FinishIfAllEnded(now);
}

void RunMachine::DrainAll(DrainReason reason, Nanos grace, MonoTime now) {
  if (draining_ && draining_->until <= now + grace) return;
  const MonoTime until = now + grace;
  draining_ =
      Draining{.reason = reason, .until = until, .give_up_at = until + options_.agent_timeout};
  if (stage_ < RunStage::kDraining) EnterStage(RunStage::kDraining, end_reason_, now);
  for (uint32_t i = 0; i < roster_.size(); ++i) {
    if (roster_[i].phase < AgentPhase::kDone) SendDrain(i, now);
  }
}

void RunMachine::SendDrain(uint32_t agent, MonoTime now) {
  if (!roster_[agent].session) return;
  const Nanos left = std::max(draining_->until - now, Nanos(0));
  commands_.push_back(
      SendToAgent{*roster_[agent].session, DrainAgent{.reason = draining_->reason, .grace = left}});
}

void RunMachine::SetEnd(RunEnd end, std::string reason) {
  const bool overrides =
      end == RunEnd::kFailed || (end == RunEnd::kInterrupted && end_ != RunEnd::kFailed);
  if (end_ && !overrides) return;
  end_ = end;
  end_reason_ = std::move(reason);
}

void RunMachine::FailRun(std::string reason, MonoTime now) {
  SetEnd(RunEnd::kFailed, std::move(reason));
  EndNow(now);
}

void RunMachine::EnterStage(RunStage stage, std::string reason, MonoTime now) {
  stage_ = stage;
  Record(StageChanged{.stage = stage, .at_mono_ns = MonoNs(now), .reason = std::move(reason)});
}

void RunMachine::FinishIfAllEnded(MonoTime now) {
  if (ended_ || stage_ == RunStage::kDone || !roster_.AllAtLeast(AgentPhase::kDone)) return;
  if (journal_failed_) return EndNow(now);
  if (failures_.ExceededAtEnd()) SetEnd(RunEnd::kTooManyFailures, failures_.Text());
  EnterStage(RunStage::kDone, "every agent has ended", now);
  commands_.push_back(ScrapeAfter{});
}

void RunMachine::EndNow(MonoTime now) {
  assert(!ended_);
  // Who is still at work must stop before it is released.
  if (armed_ && !roster_.AllAtLeast(AgentPhase::kDone)) {
    DrainAll(DrainReason::kInterrupted, Nanos(0), now);
  }
  if (stage_ != RunStage::kDone) EnterStage(RunStage::kDone, end_reason_, now);
  ended_ = RunEnded{
      .end = end_.value_or(RunEnd::kCompleted), .reason = end_reason_, .at_mono_ns = MonoNs(now)};
  Record(*ended_);
}

std::vector<Command> RunMachine::TakeCommands() { return std::exchange(commands_, {}); }

}  // namespace specctl::controller
