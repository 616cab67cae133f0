#include "controller/run/agent_roster.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl::controller {

absl::StatusOr<uint32_t> AgentRoster::NumberFor(const AgentHello& hello) const {
  for (uint32_t i = 0; i < size(); ++i) {
    if (agents_[i].phase != AgentPhase::kExpected && agents_[i].incarnation == hello.incarnation) {
      return i;
    }
  }
  if (hello.agent) {
    if (*hello.agent >= size()) {
      return absl::OutOfRangeError(absl::StrFormat(
          "agent %d: this run has %d agents, numbered from 0", *hello.agent, size()));
    }
    if (agents_[*hello.agent].phase != AgentPhase::kExpected) {
      return absl::FailedPreconditionError(
          absl::StrFormat("agent %d: another process has this number", *hello.agent));
    }
    return *hello.agent;
  }
  for (uint32_t i = 0; i < size(); ++i) {
    if (agents_[i].phase == AgentPhase::kExpected) return i;
  }
  return absl::ResourceExhaustedError(
      absl::StrFormat("all %d agents of this run have joined", size()));
}

absl::StatusOr<AgentRoster::Admission> AgentRoster::Admit(SessionId session,
                                                          const AgentHello& hello, MonoTime now) {
  const absl::StatusOr<uint32_t> number = NumberFor(hello);
  if (!number.ok()) return number.status();
  RosterAgent& agent = agents_[*number];
  if (agent.phase == AgentPhase::kLost) {
    return absl::FailedPreconditionError(
        absl::StrFormat("agent %d: was given up; the run goes on without it", *number));
  }
  const Admission admission{
      .agent = *number, .resumed = agent.phase != AgentPhase::kExpected, .replaced = agent.session};
  if (!admission.resumed) {
    agent.phase = AgentPhase::kJoined;
    agent.incarnation = hello.incarnation;
    agent.host = hello.host;
    agent.joined = now;
  }
  agent.session = session;
  agent.heard = now;
  return admission;
}

std::optional<uint32_t> AgentRoster::AgentOf(SessionId session) const {
  for (uint32_t i = 0; i < size(); ++i) {
    if (agents_[i].session == session) return i;
  }
  return std::nullopt;
}

absl::StatusOr<bool> AgentRoster::TakeBatch(uint32_t agent, const AgentBatch& batch) {
  RosterAgent& of = agents_[agent];
  if (batch.agent != agent || batch.incarnation != of.incarnation) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "sent a batch in the name of agent %d, incarnation %x", batch.agent, batch.incarnation));
  }
  if (batch.seq <= of.last_seq) return false;
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
  if (host.hostname.empty()) return absl::StrFormat("agent %d", agent);
  return absl::StrFormat("agent %d (%s, pid %d)", agent, host.hostname, host.pid);
}

}  // namespace specctl::controller
