#include "common/analysis/conservation.h"

#include <algorithm>
#include <numeric>

namespace specctl {
namespace {

constexpr uint64_t kPlannedMax = 100'000'000;  // beyond: no books by agent

uint64_t TurnsAt(const RunContext& run, uint64_t position) {
  const PlannedRow* row = run.RowAt(position);
  // Of a journal without its rows: one turn is the usual case.
  return row == nullptr ? 1 : std::max<uint64_t>(row->turns, 1);
}

std::vector<uint64_t> TurnsHandedOut(const RunContext& run, std::span<const AgentState> agents,
                                     std::span<const SettledRequest> requests) {
  std::vector<uint64_t> turns;
  turns.reserve(agents.size());
  for (const AgentState& agent : agents) turns.push_back(agent.shed_turns);
  for (const SettledRequest& request : requests) {
    // A conversation that was begun is planned whole: its first turn stands for all.
    if (request.turn == 0) turns.at(request.agent) += TurnsAt(run, request.position);
  }
  return turns;
}

void AssignRest(const AgentState& agent, Conservation& books) {
  if (agent.Delivered() || !books.planned) return;
  // What an agent did not get to say is known by what is missing of its share.
  const uint64_t accounted = books.sent + books.shed + books.Unassigned();
  // Nothing is left; more than planned is a fault, which Holds() shows.
  if (accounted >= *books.planned) return;
  const UnassignedReason reason =
      agent.lost ? UnassignedReason::kAgentLost : UnassignedReason::kInterrupted;
  books.unassigned[static_cast<size_t>(reason)] += *books.planned - accounted;
}

void AddAgentBooks(const Conservation& agent, Conservation& run) {
  run.sent += agent.sent;
  run.shed += agent.shed;
  for (size_t i = 0; i < run.unassigned.size(); ++i) run.unassigned[i] += agent.unassigned[i];
  run.ok += agent.ok;
  run.failed += agent.failed;
  run.timed_out += agent.timed_out;
  run.cancelled += agent.cancelled;
  run.lost += agent.lost;
  run.in_flight += agent.in_flight;
  run.resends += agent.resends;
}

// Without books by agent the rest can only be assigned for the run.
void AssignRestOfRun(std::span<const AgentState> agents, Conservation& run) {
  const auto open = std::find_if(agents.begin(), agents.end(),
                                 [](const AgentState& agent) { return !agent.Delivered(); });
  if (open != agents.end()) AssignRest(*open, run);
}

}  // namespace

void AddOutcome(const SettledRequest& request, Conservation& books) {
  ++books.sent;
  books.resends += request.resends;
  if (request.unexplained) {
    ++books.in_flight;
    return;
  }
  switch (request.outcome) {
    case Outcome::kOk:
      ++books.ok;
      break;
    case Outcome::kFailed:
      ++books.failed;
      break;
    case Outcome::kTimedOut:
      ++books.timed_out;
      break;
    case Outcome::kCancelled:
      ++books.cancelled;
      break;
    case Outcome::kLost:
      ++books.lost;
      break;
  }
}

std::optional<std::vector<uint64_t>> PlannedByAgent(const RunContext& run, uint64_t planned) {
  const uint64_t agents = std::max<uint32_t>(run.spec().load.agents, 1);
  if (planned > kPlannedMax) return std::nullopt;
  std::vector<uint64_t> shares(agents);
  uint64_t left = planned;
  for (uint64_t position = 0; left > 0; ++position) {
    const PlannedRow* row = run.RowAt(position);
    // A plan whose rows are lost can't be shared out; the run's books still balance.
    if (row == nullptr) return std::nullopt;
    // The plan may end within a conversation.
    const uint64_t turns = std::min(left, TurnsAt(run, position));
    // Agents share out the positions in turn.
    shares[position % agents] += turns;
    left -= turns;
  }
  return shares;
}

Books BalanceBooks(const RunContext& run, std::span<const AgentState> agents,
                   std::span<const SettledRequest> requests) {
  Books books;
  books.agents.resize(agents.size());
  for (const SettledRequest& request : requests) {
    AddOutcome(request, books.agents.at(request.agent));
  }
  const std::optional<uint64_t> planned = run.begun->planned_requests;
  // A run by duration alone has no plan but what it handed out.
  std::optional<std::vector<uint64_t>> shares =
      planned ? PlannedByAgent(run, *planned)
              : std::optional(TurnsHandedOut(run, agents, requests));
  if (shares) shares->resize(agents.size());
  for (size_t i = 0; i < agents.size(); ++i) {
    books.agents[i].unassigned = agents[i].unassigned;
    books.agents[i].shed = agents[i].shed_turns;
    if (shares) books.agents[i].planned = (*shares)[i];
    AssignRest(agents[i], books.agents[i]);
    AddAgentBooks(books.agents[i], books.run);
  }
  books.run.planned = planned;
  // What was begun, by turns; shares are always there without a plan.
  if (!planned) books.run.planned = std::accumulate(shares->begin(), shares->end(), uint64_t{0});
  if (!shares) AssignRestOfRun(agents, books.run);
  return books;
}

}  // namespace specctl
