#include "controller/run/agent_roster.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl::controller {

absl::StatusOr<bool> AgentRoster::TakeBatch(uint32_t agent, const AgentBatch& batch) {
  // From an earlier run, sent before its Release arrived.
  if (batch.run_hash != run_hash_) return false;
  RosterAgent& of = agents_[agent];
  if (batch.agent != agent || batch.incarnation != of.incarnation) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "sent a batch in the name of agent %d, incarnation %x", batch.agent, batch.incarnation));
  }
  // Sent again, since a session broke.
  if (batch.seq <= of.last_seq) return false;
  // A gap is never filled later: agents send in order.
  if (batch.seq != of.last_seq + 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("sent batch %d after batch %d", batch.seq, of.last_seq));
  }
  of.last_seq = batch.seq;
  return true;
}

bool AgentRoster::AllAtLeast(AgentPhase phase) const {
  return std::all_of(agents_.begin(), agents_.end(),
                     [phase](const RosterAgent& agent) { return agent.phase >= phase; });
}

bool AgentRoster::AllConnected() const {
  return std::all_of(agents_.begin(), agents_.end(),
                     [](const RosterAgent& agent) { return agent.session.has_value(); });
}

bool AgentRoster::AllLost() const {
  return std::all_of(agents_.begin(), agents_.end(),
                     [](const RosterAgent& agent) { return agent.lost; });
}

void AgentRoster::Forgive(Nanos stall, MonoTime now) {
  for (RosterAgent& agent : agents_) {
    // The controller itself stood still, and could hear nobody.
    agent.heard = std::min(now, agent.heard + stall);
    if (agent.prepare_sent) agent.prepare_sent = std::min(now, *agent.prepare_sent + stall);
  }
}

Nanos AgentRoster::SlowestPrepare() const {
  Nanos slowest{0};
  for (const RosterAgent& agent : agents_) slowest = std::max(slowest, agent.prepare_round_trip);
  return slowest;
}

std::string AgentRoster::NamesBelow(AgentPhase phase) const {
  std::string names;
  int count = 0;
  for (uint32_t i = 0; i < size(); ++i) {
    if (agents_[i].phase >= phase) continue;
    absl::StrAppendFormat(&names, "%s%d", count++ == 0 ? "" : ", ", i);
  }
  return absl::StrFormat("agent%s %s", count == 1 ? "" : "s", names);
}

std::string AgentRoster::NameOf(uint32_t agent) const {
  const HostFacts& host = agents_[agent].host;
  if (!host.node.empty()) {
    return absl::StrFormat("agent %d (pod %s on node %s, pid %d)", agent, host.pod, host.node,
                           host.pid);
  }
  if (host.hostname.empty()) return absl::StrFormat("agent %d", agent);
  return absl::StrFormat("agent %d (%s, pid %d)", agent, host.hostname, host.pid);
}

}  // namespace specctl::controller
