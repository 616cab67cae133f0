// FleetMachine: which agents have joined, which run they serve, and what they must be told of runs
// that are over.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "controller/fleet/agent_event.h"
#include "controller/fleet/fleet_member.h"
#include "controller/fleet/fleet_seat.h"
#include "controller/fleet/probe_history.h"

namespace specctl::controller {

struct ToSession {
  SessionId session = 0;
  ControllerMessage message;
};
struct CloseSession {
  SessionId session = 0;
  absl::Status status;
};
// The session's last message has been taken.
struct ConsumeInput {
  SessionId session = 0;
};
struct ToRun {
  RunInput input;
};
using FleetCommand = std::variant<ToSession, CloseSession, ConsumeInput, ToRun>;

// Pure: every input carries `now`, which never goes back; what follows is told by TakeCommands().
//
// A member is a process (its incarnation) and keeps its place through cuts.  One run at a time: its
// agents 0..n-1 are the first n members that are there, then those that come, in the order of their
// numbers (spawned ones) and of their joining.  Where a run finds too few, a process that has died
// since the run before takes a place: the run hears how it ended, rather than wait for nobody.  An
// agent whose run is over, or that was dropped from it, is told to release it, now or when it dials
// again.
class FleetMachine {
 public:
  struct Options {
    Nanos lease = std::chrono::seconds(5);
    Nanos heartbeat = std::chrono::seconds(1);
    // A member that joined by itself and has no session for this long is forgotten.
    Nanos absence_max = std::chrono::minutes(15);
    std::string boot_id;  // of this host
    // Makes what a process resumes by, one for each.
    std::function<absl::StatusOr<std::string>()> make_secret = MakeSecret;
    // Agents are told to dial again until ResumeRun() or GiveUpResuming().
    bool resuming = false;
  };

  explicit FleetMachine(Options options)
      : options_(std::move(options)), resuming_(options_.resuming) {}

  // A process with this number has been started, and will dial.
  void OnSpawned(uint32_t number, MonoTime now);
  void OnProcessDied(uint32_t number, const std::string& how, MonoTime now);
  void OnSession(SessionInput input, MonoTime now);
  void OnClock(const ClockTold& told, MonoTime now);
  void OnTick(MonoTime now);

  // Requires that no run is on.
  void BeginRun(std::string run_id, uint32_t agents, MonoTime now);
  // The same for a run that another life of this controller began: agent i is the process of
  // roster[i] alone, once it dials and shows its secret.
  void ResumeRun(std::string run_id, FleetRoster roster);
  void GiveUpResuming() { resuming_ = false; }
  // The run goes on without this agent, which releases it.
  void Drop(uint32_t agent);
  // The run is over: its agents release it.
  void EndRun();
  bool has_run() const { return run_.has_value(); }
  // Every session is closed: of processes that were started, told that no run follows; of those
  // that joined by themselves, to dial again.
  void Dismiss();

  std::vector<FleetCommand> TakeCommands();
  // Processes that were started and have not ended.
  uint32_t spawned_alive() const;
  // Those that have joined and are not known to be gone.
  std::vector<FleetMember> members() const;

 private:
  struct Member {
    std::optional<uint32_t> spawn_number;
    std::optional<uint64_t> incarnation;  // once it has joined
    HostFacts host;
    std::string name;  // may be empty
    int64_t started_unix_ns = 0;
    std::string specctl_version;
    std::string secret;       // what it resumes by; empty until it is welcomed
    bool has_secret = false;  // it has said something after Welcome
    std::optional<SessionId> session;
    MonoTime seen{};                   // when its session was there last
    std::optional<std::string> death;  // how its process ended
    bool death_told = false;           // to a run, or there was none that it was missing in
    std::optional<uint32_t> agent;     // of the run that is on
    bool up_told = false;              // to that run, with its probes
    ProbeHistory probes;
  };
  struct Run {
    std::string run_id;
    std::vector<bool> bound;  // by agent
    FleetRoster roster;       // of a resumed run; else empty
    bool IsFull() const;
    // Of a resumed run, which of its agents the process is.
    std::optional<uint32_t> SeatOf(uint64_t incarnation) const;
  };

  void OnHello(SessionId session, const AgentHello& hello, MonoTime now);
  absl::StatusOr<Member*> MemberFor(const AgentHello& hello);
  // Whether it is the process that it says it is; the member has its secret then.
  absl::Status SettleSecret(Member& member, const AgentHello& hello) const;
  // Of two processes with one name the one that started later stays.
  absl::Status SupersedeNamesake(const AgentHello& hello, MonoTime now);
  Member* MemberOf(SessionId session);
  void OnCut(SessionId session, MonoTime now);
  // Gives the member a place in the run, where one is free for it.
  void Bind(Member& member);
  std::optional<uint32_t> PlaceFor(const Member& member) const;
  void TellUp(Member& member);
  void TellDeath(Member& member);
  void Release(Member& member);
  void Tell(FleetCommand command) { commands_.push_back(std::move(command)); }

  const Options options_;
  bool resuming_;
  std::deque<Member> members_;  // in the order in which a run takes them
  std::optional<Run> run_;
  std::vector<FleetCommand> commands_;
};

}  // namespace specctl::controller
