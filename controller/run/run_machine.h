// The state of a run: what each agent must be told, when the run ends and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "controller/fleet/agent_event.h"
#include "controller/run/agent_roster.h"
#include "controller/run/end_cause.h"
#include "controller/run/failure_limit.h"
#include "controller/run/run_commands.h"
#include "controller/run/run_past.h"
#include "controller/run/stall_watch.h"
#include "controller/run/stop_token.h"
#include "controller/run/write_ahead.h"

namespace specctl::controller {

// What becomes of a batch.
enum class BatchUse {
  kJournal,  // append it
  kDrop      // known already, of another run, of a lost agent, or the journal has failed
};

// Pure: no clock, no thread, no socket.  Every input carries `now`, which never goes back.
//
// A session that is cut is not a lost agent: it may dial again, and is told again what it hasn't
// confirmed; T0 waits for a while until all are there.  An agent is lost when its process is known
// to be dead, after `agent_timeout` of silence (time in which the controller itself was stopped is
// nobody's), when it breaks the protocol, when a signal ended its work early, or when it is not
// done long after the limit.  Then the others begin no new turn and drain; or, with
// `degrades_on_agent_loss`, they go on as if nothing had happened, as long as one is left.
//
// Write-ahead: AgentJoined, Armed and DrainBegun are on disk before Prepare, Arm and Drain are
// sent; a batch before its Ack; RunEnded before the run has finished.
class RunMachine {
 public:
  struct Options {
    std::string run_id;
    uint32_t agents = 1;
    LoadExpectation expected;
    double failed_share_max = 0.1;
    bool degrades_on_agent_loss = false;  // once T0 was said
    // From T0 until no turn begins any more; nullopt: when the requests are used up.
    std::optional<Nanos> limit;
    Nanos grace = std::chrono::seconds(30);            // for what is in flight when others drain
    Nanos interrupt_grace = std::chrono::seconds(10);  // the same after Ctrl-C
    Nanos agent_timeout = std::chrono::seconds(30);
    Nanos join_timeout = std::chrono::seconds(30);
    Nanos prepare_timeout = std::chrono::seconds(30);
    std::string boot_id;  // of this host
  };

  RunMachine(Options options, MonoTime now);
  // Takes up a run that another life of this controller began: `past` can resume, and its life is
  // this one.  Agents are there once they dial again, and are told again what they may not have
  // heard; the time in which nobody could hear them is not theirs.
  RunMachine(Options options, const RunPast& past, MonoTime now);

  // Inputs.  Batches come by OnBatch, everything else of an agent by OnAgent.
  void OnAgent(uint32_t agent, const AgentEvent& event, MonoTime now);
  BatchUse OnBatch(uint32_t agent, const ReceivedBatch& batch, MonoTime now);
  // `real_minus_mono`: of this host's clocks, for T0.
  void OnScrapedBefore(Nanos real_minus_mono, MonoTime now);
  void OnScrapedAfter(MonoTime now);
  // The first drains, the second ends at once.
  void OnInterrupt(MonoTime now, StopCause by = StopCause::kUser);
  // The figures are as precise as they were to be; `how` says so.  The run drains and is complete.
  void OnPreciseEnough(const std::string& how, MonoTime now);
  void OnSynced(MonoTime now);
  void OnJournalFailed(const std::string& reason, MonoTime now);
  // An event that the machine knows nothing of was appended to the journal.
  void OnRecorded(MonoTime now) { write_ahead_.OnRecorded(now); }
  void OnTick(MonoTime now);

  // What has been decided since the last call, in order.
  std::vector<Command> TakeCommands() { return std::exchange(commands_, {}); }
  // When OnTick has something to do for the journal; nullopt: not yet.
  std::optional<MonoTime> sync_due() const { return write_ahead_.sync_due(); }

  // Set once the run has ended; nothing is decided after it.
  const std::optional<RunEnded>& ended() const { return ended_; }
  // It has ended, and that is on disk, or the journal has failed.
  bool finished() const { return ended_ && (journal_failed_ || write_ahead_.all_synced()); }
  RunStage stage() const { return stage_; }
  const AgentRoster& roster() const { return roster_; }

 private:
  struct Draining {
    DrainReason reason = DrainReason::kInterrupted;
    MonoTime until{};       // when what is in flight is cancelled
    MonoTime give_up_at{};  // who hasn't said Done by then is lost
  };

  void On(uint32_t agent, const AgentUp& up, MonoTime now);
  void On(uint32_t agent, const AgentCut& cut, MonoTime now);
  void On(uint32_t agent, const AgentDied& died, MonoTime now);
  void On(uint32_t agent, const AgentPrepared& prepared, MonoTime now);
  void On(uint32_t agent, const AgentArmed& armed, MonoTime now);
  void On(uint32_t agent, const AgentDone& done, MonoTime now);
  void On(uint32_t agent, const ClockExchange& exchange, MonoTime now);
  void On(uint32_t, const AgentHeartbeat&, MonoTime) {}
  void On(uint32_t, const ReceivedBatch&, MonoTime) {}  // OnBatch's
  void TakeUp(uint32_t agent, const RunPast::Agent& past, MonoTime now);
  void Instruct(uint32_t agent, MonoTime now);
  void Arm(MonoTime now);
  void SendArm(uint32_t agent, MonoTime now);
  void SendDrain(uint32_t agent, MonoTime now);
  void SendAck(uint32_t agent, uint64_t seq);
  // Follows once all that was recorded is on disk.
  void Follow(Command command, MonoTime now);
  void Emit(Command command, MonoTime now);
  void DrainAll(DrainReason reason, Nanos grace, MonoTime now);
  void LoseAgent(uint32_t agent, const std::string& why, MonoTime now);
  void OnLoss(const std::string& why, MonoTime now);  // it is recorded
  void Forgive(Nanos stall, MonoTime now);
  void LoseLateAgents(MonoTime now);
  void CheckPreparing(MonoTime now);
  bool IsPastDeadline(const RosterAgent& of, MonoTime now) const;
  void FailRun(std::string reason, MonoTime now);
  void EnterStage(RunStage stage, std::string reason, MonoTime now);
  void FinishIfAllEnded(MonoTime now);
  void EndNow(MonoTime now);
  void Record(Event event, MonoTime now);

  const Options options_;
  MonoTime begun_;    // later by each stall
  Nanos stalled_{0};  // since T0 is known
  StallWatch stall_watch_;
  AgentRoster roster_;
  FailureLimit failures_;
  WriteAhead write_ahead_;
  RunStage stage_ = RunStage::kPreparing;
  std::optional<Armed> armed_;
  std::optional<Draining> draining_;
  EndCause cause_;  // so far
  bool scraping_before_ = false;
  MonoTime arm_by_{};
  std::optional<Nanos> real_minus_mono_;  // once it is scraped: what T0 still waits for are agents
  bool journal_failed_ = false;
  std::optional<RunEnded> ended_;
  std::vector<Command> commands_;
};

}  // namespace specctl::controller
