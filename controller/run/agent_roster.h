// The agents of a run: their sessions, and how far each has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "controller/session/session_input.h"

namespace specctl::controller {

enum class AgentPhase { kExpected, kJoined, kPrepared, kArmed, kDone, kLost };

struct RosterAgent {
  AgentPhase phase = AgentPhase::kExpected;
  std::optional<SessionId> session;  // while it is connected
  uint64_t incarnation = 0;
  HostFacts host;
  uint64_t last_seq = 0;  // of its batches
  bool lost = false;      // its work is not whole, even if it said Done
  MonoTime heard{};
  std::optional<MonoTime> prepare_sent;  // first
  Nanos prepare_round_trip{0};           // from there to Prepared
  std::optional<Nanos> late;             // after T0, when it began; until it is armed, unknown
  std::string death;                     // not empty: its process has ended, and how
  std::optional<MonoTime> give_up_dead;  // what it had sent must have come by then
};

// Pure.  Agents are numbered from 0.
class AgentRoster {
 public:
  AgentRoster(uint32_t agents, uint64_t run_hash) : run_hash_(run_hash), agents_(agents) {}

  // Whether the batch is the agent's next: true; one that came before, or of another run: false.
  // INVALID_ARGUMENT where it is another agent's, another process's, or one is missing before it.
  absl::StatusOr<bool> TakeBatch(uint32_t agent, const AgentBatch& batch);

  uint32_t size() const { return static_cast<uint32_t>(agents_.size()); }
  RosterAgent& operator[](uint32_t agent) { return agents_[agent]; }
  const RosterAgent& operator[](uint32_t agent) const { return agents_[agent]; }

  bool AllAtLeast(AgentPhase phase) const;
  bool AllConnected() const;
  bool AllLost() const;
  // Nobody was listened to for `stall`, up to `now`: it counts as no one's silence.
  void Forgive(Nanos stall, MonoTime now);
  Nanos SlowestPrepare() const;
  // "agent 3", or "agents 3, 7": those that have not come as far as `phase`.
  std::string NamesBelow(AgentPhase phase) const;
  // "agent 3 (host-a, pid 1234)"; in Kubernetes "agent 3 (pod a-3 on node b, pid 7)".
  std::string NameOf(uint32_t agent) const;

 private:
  const uint64_t run_hash_;
  std::vector<RosterAgent> agents_;
};

}  // namespace specctl::controller
