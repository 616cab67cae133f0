// The state of a run: what each agent must be told, when the run ends and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "controller/run/agent_roster.h"
#include "controller/run/failure_limit.h"
#include "controller/run/run_commands.h"

namespace specctl::controller {

// What becomes of a batch.
enum class BatchUse {
  kJournal,  // append it, and acknowledge it once it is on disk
  kRepeat,   // known already: acknowledge again what is on disk
  kDrop      // of nobody in this run, or the journal has failed
};

// Pure: no clock, no thread, no socket.  Every input carries `now`, which never goes back.
//
// An agent joins by Hello and keeps its number for its process (incarnation).  A session that is
// cut is not a lost agent: it may dial again, and is told again what it hasn't confirmed.  An agent
// is lost when its process is known to be dead, after `agent_timeout` of silence, when it breaks
// the protocol, or when a signal ended its work early; then the others begin
// no new turn and drain.  The first cause of an end stands, except that an interrupt goes before a
// lost agent or failures, and a failed journal before all.
class RunMachine {
 public:
  struct Options {
    uint32_t agents = 1;
    uint32_t bs = 1;
    double failed_share_max = 0.1;
    Nanos grace = std::chrono::seconds(30);            // for what is in flight when others drain
    Nanos interrupt_grace = std::chrono::seconds(10);  // the same after Ctrl-C
    Nanos agent_timeout = std::chrono::seconds(30);
    Nanos join_timeout = std::chrono::seconds(30);
    Nanos prepare_timeout = std::chrono::seconds(30);
    Nanos arm_lead = std::chrono::seconds(1);  // from arming to T0, at least
    Nanos lease = std::chrono::seconds(5);
    Nanos heartbeat = std::chrono::seconds(1);
    std::string boot_id;  // of this host
  };

  RunMachine(Options options, MonoTime now);

  // Inputs.  Batches come by OnBatch, everything else that agents send by OnInput.
  void OnInput(SessionId session, const AgentInput& input, MonoTime now);
  BatchUse OnBatch(SessionId session, const AgentBatch& batch, MonoTime now);
  // A spawned agent's process has ended; `how` e.g. "agent 3 (pid 1234) was killed by signal 9".
  void OnProcessDied(uint32_t agent, const std::string& how, MonoTime now);
  // `real_minus_mono`: of this host's clocks, for T0.
  void OnScrapedBefore(Nanos real_minus_mono, MonoTime now);
  void OnScrapedAfter(MonoTime now);
  void OnInterrupt(MonoTime now);  // the first drains, the second ends at once
  void OnJournalFailed(const std::string& reason, MonoTime now);
  void OnTick(MonoTime now);

  // What has been decided since the last call, in order.
  std::vector<Command> TakeCommands();

  // Set once the run has ended; nothing is decided after it.
  const std::optional<RunEnded>& ended() const { return ended_; }
  RunStage stage() const { return stage_; }
  const AgentRoster& roster() const { return roster_; }

 private:
  struct Draining {
    DrainReason reason = DrainReason::kInterrupted;
    MonoTime until{};       // when what is in flight is cancelled
    MonoTime give_up_at{};  // who hasn't said Done by then is lost
  };

  void OnHello(SessionId session, const AgentHello& hello, MonoTime now);
  void On(uint32_t agent, const AgentPrepared& prepared, MonoTime now);
  void On(uint32_t agent, const AgentArmed& armed, MonoTime now);
  void On(uint32_t agent, const AgentDone& done, MonoTime now);
  void On(uint32_t agent, const SessionCut& cut, MonoTime now);
  void Instruct(uint32_t agent, MonoTime now);
  void SendArm(uint32_t agent);
  void SendDrain(uint32_t agent, MonoTime now);
  void DrainAll(DrainReason reason, Nanos grace, MonoTime now);
  void LoseAgent(uint32_t agent, const std::string& why, MonoTime now);
  void LoseLateAgents(MonoTime now);
  void CheckPreparing(MonoTime now);
  Nanos ArmLead(MonoTime now) const;
  void SetEnd(RunEnd end, std::string reason);
  void FailRun(std::string reason, MonoTime now);
  void EnterStage(RunStage stage, std::string reason, MonoTime now);
  void FinishIfAllEnded(MonoTime now);
  void EndNow(MonoTime now);
  void Record(Event event) { commands_.push_back(RecordEvent{std::move(event)}); }

  const Options options_;
  const MonoTime begun_;
  AgentRoster roster_;
  FailureLimit failures_;
  RunStage stage_ = RunStage::kPreparing;
  std::optional<Armed> armed_;
  std::optional<Draining> draining_;
  std::optional<RunEnd> end_;  // the cause so far
  std::string end_reason_;
  bool scraping_before_ = false;
  bool journal_failed_ = false;
  std::optional<RunEnded> ended_;
  std::vector<Command> commands_;
};

}  // namespace specctl::controller
