// The agents of a run: their numbers, processes, sessions, and how far each has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "controller/session/session_messages.h"

namespace specctl::controller {

enum class AgentPhase { kExpected, kJoined, kPrepared, kArmed, kDone, kLost };

struct RosterAgent {
  AgentPhase phase = AgentPhase::kExpected;
  std::optional<SessionId> session;  // while it is connected
  uint64_t incarnation = 0;
  HostFacts host;
  uint64_t last_seq = 0;  // of its batches
  MonoTime joined{}, heard{};
  std::string death;                     // not empty: its process has ended, and how
  std::optional<MonoTime> give_up_dead;  // what it had sent must have come by then
};

// Pure.  Agents are numbered from 0.
class AgentRoster {
 public:
  explicit AgentRoster(uint32_t agents) : agents_(agents) {}

  struct Admission {
    uint32_t agent = 0;
    bool resumed = false;               // the same process dials again
    std::optional<SessionId> replaced;  // the session it had, where its end is not known yet
  };
  // Gives a dialling agent its number: the one it had as this process, else the one it was spawned
  // with, else the first that is free.
  //
  // FAILED_PRECONDITION  it was given up, or another process has its number
  // OUT_OF_RANGE         it was spawned with a number that this run doesn't have
  // RESOURCE_EXHAUSTED   all agents of the run have joined
  absl::StatusOr<Admission> Admit(SessionId session, const AgentHello& hello, MonoTime now);

  // Whose session it is; nullopt for one that was refused, replaced or cut.
  std::optional<uint32_t> AgentOf(SessionId session) const;

  // Whether the batch is the agent's next: true; one that came before: false.
  // INVALID_ARGUMENT where it is another agent's, another process's, or one is missing before it.
  absl::StatusOr<bool> TakeBatch(uint32_t agent, const AgentBatch& batch);

  uint32_t size() const { return static_cast<uint32_t>(agents_.size()); }
  RosterAgent& operator[](uint32_t agent) { return agents_[agent]; }
  const RosterAgent& operator[](uint32_t agent) const { return agents_[agent]; }

  bool AllAtLeast(AgentPhase phase) const;
  // "agent 3", or "agents 3, 7": those that have not come as far as `phase`.
  std::string NamesBelow(AgentPhase phase) const;
  // "agent 3 (host-a, pid 1234)".
  std::string NameOf(uint32_t agent) const;

 private:
  absl::StatusOr<uint32_t> NumberFor(const AgentHello& hello) const;

  std::vector<RosterAgent> agents_;
};

}  // namespace specctl::controller
