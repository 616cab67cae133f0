// FleetMachine: which agents have joined, which run they serve, and what they must be told of runs
// that are over.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "controller/fleet/agent_event.h"
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
  };

  explicit FleetMachine(Options options) : options_(std::move(options)) {}

  // A process with this number has been started, and will dial.
  void OnSpawned(uint32_t number, MonoTime now);
  void OnProcessDied(uint32_t number, const std::string& how, MonoTime now);
  void OnSession(SessionInput input, MonoTime now);
  void OnClock(const ClockTold& told, MonoTime now);
  void OnTick(MonoTime now);

  // Requires that no run is on.
  void BeginRun(std::string run_id, uint32_t agents, MonoTime now);
  // The run goes on without this agent, which releases it.
  void Drop(uint32_t agent);
  // The run is over: its agents release it.
  void EndRun();
  bool has_run() const { return run_.has_value(); }
  // Every session is told that no run follows, and closed.
  void Dismiss();

  std::vector<FleetCommand> TakeCommands();
  // Processes that were started and have not ended.
  uint32_t spawned_alive() const;
  // Of the members that have joined.
  std::vector<HostFacts> hosts() const;

 private:
  struct Member {
    std::optional<uint32_t> spawn_number;
    std::optional<uint64_t> incarnation;  // once it has joined
    HostFacts host;
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
    bool IsFull() const;
  };

  void OnHello(SessionId session, const AgentHello& hello, MonoTime now);
  absl::StatusOr<Member*> MemberFor(const AgentHello& hello);
  Member* MemberOf(SessionId session);
  void OnCut(SessionId session, MonoTime now);
  // Gives the member a place in the run, where one is free.
  void Bind(Member& member);
  void TellUp(Member& member);
  void TellDeath(Member& member);
  void Release(Member& member);
  void Tell(FleetCommand command) { commands_.push_back(std::move(command)); }

  const Options options_;
  std::deque<Member> members_;  // in the order in which a run takes them
  std::optional<Run> run_;
  std::vector<FleetCommand> commands_;
};

}  // namespace specctl::controller
