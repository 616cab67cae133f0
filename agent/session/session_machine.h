// SessionMachine: this agent's side of the session: when to dial, what to send, resend and keep.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "agent/session/run_in_hand.h"
#include "agent/session/session_commands.h"
#include "common/base/clock.h"
#include "common/base/counter_random.h"
#include "common/session/prepare_intake.h"

namespace specctl::agent {

// What an agent's own /metrics tells.
struct SessionStatus {
  bool connected = false;    // it has been welcomed, and the call goes on
  bool in_run = false;       // it holds a run
  uint64_t spool_bytes = 0;  // of batches that are kept on disk
  bool operator==(const SessionStatus&) const = default;
};

// No socket, thread or clock: every input carries `now`, which never goes back, and what follows
// from it is told by TakeCommands().
//
// Serves one run after another.  A session that breaks is dialled again, with growing pauses; it
// then tells which run it holds, repeats its answers, every batch without an Ack, and Done.  What
// belongs to a run is kept until its Release.
class SessionMachine {
 public:
  struct Options {
    std::string controller_address;  // for messages
    std::string join_token;
    std::optional<uint32_t> spawn_number;
    uint64_t incarnation = 0;
    HostFacts host;
    std::string name;             // AgentHello::name
    std::string predecessor_end;  // as there
    int64_t started_unix_ns = 0;
    std::string specctl_version;
    BatchStore::Options store;
    Nanos redial_first = std::chrono::milliseconds(100);
    Nanos redial_max = std::chrono::seconds(2);
    // Each pause is shortened by up to this share of it, so that agents that lost one controller
    // together don't come back together.
    double redial_jitter = 0;
    // A call without a Welcome for this long is broken off.
    Nanos welcome_patience = std::chrono::seconds(20);
    // Without a session for this long the agent gives up; nullopt: never.
    std::optional<Nanos> outage_max = std::chrono::minutes(10);
  };

  explicit SessionMachine(Options options);

  // --- from the controller ---
  void Start(MonoTime now);
  void OnMessage(ControllerMessage message, MonoTime now);
  // What came can't be read.
  void OnUnreadable(absl::Status why);
  // The message of the last WriteMessage is out, or lost with the call.
  void OnWritten();
  // The call has ended, whoever ended it; asked for by DialController.
  void OnCallEnded(const absl::Status& status, MonoTime now);
  void OnTimer(MonoTime now);
  // --- from the load's reactor; of a run that is not held any more they are passed over ---
  // `error` empty: ready.
  void OnPrepared(const std::string& run_id, std::string error);
  void OnArmed(const std::string& run_id, Nanos late);
  void OnBatch(AgentBatch batch, MonoTime now);
  // No batch follows.  `stopped`: a signal ended the work early.
  void OnDone(const std::string& run_id, bool stopped);
  // Ends the session by this process's own decision.  What is not acknowledged is lost.
  void Leave(absl::Status why) { End(std::move(why)); }

  // When OnTimer is due.
  MonoTime due() const;
  // What has been decided since the last call, in order.
  std::vector<SessionCommand> TakeCommands();
  bool ended() const { return ended_; }
  SessionStatus status() const;

 private:
  enum class Call { kNone, kDialled, kWelcomed };

  void On(const WelcomeAgent& welcome, MonoTime now);
  void On(PreparePart& part, MonoTime now);
  void On(ArmAgent& arm, MonoTime now);
  void On(const AckBatches& ack, MonoTime now);
  void On(DrainAgent& drain, MonoTime now);
  void On(const ReleaseRun& release, MonoTime now);
  void On(const DismissAgent& dismiss, MonoTime now);

  void Dial(MonoTime now);
  AgentHello Hello() const;
  std::string OutageText(std::string_view what) const;
  Nanos NextPause();
  bool Holds(const std::string& run_id) const { return run_ && run_->run_id() == run_id; }
  void Queue(AgentMessage message);
  // Hands out the next message, where one may be written.
  void WriteNext();
  absl::StatusOr<std::optional<AgentMessage>> NextMessage();
  void End(absl::Status status);
  void Tell(SessionCommand command) { commands_.push_back(std::move(command)); }

  const Options options_;
  std::optional<RunInHand> run_;
  PrepareIntake intake_;
  Call call_ = Call::kNone;
  bool writing_ = false;            // of this call
  std::deque<AgentMessage> queue_;  // a few: answers and the last heartbeat
  bool ended_ = false;
  Nanos heartbeat_ = std::chrono::seconds(1);
  Nanos redial_in_;
  CounterRandom jitter_;
  std::string resume_secret_;  // of the last Welcome
  std::optional<MonoTime> outage_since_;
  std::optional<MonoTime> redial_at_, heartbeat_at_, welcome_by_;
  std::vector<SessionCommand> commands_;
};

}  // namespace specctl::agent
