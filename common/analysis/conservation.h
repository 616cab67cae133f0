// The books: every planned request is sent, shed or unassigned; every sent one has one outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/analysis/agent_state.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"

namespace specctl {

// Adds one request that was sent.
void AddOutcome(const SettledRequest& request, Conservation& books);

// Requests planned for each agent, by its number: of the first `planned` in position order, those
// at positions agent, agent + agents, ...  nullopt where the journal lacks a row's metadata.
std::optional<std::vector<uint64_t>> PlannedByAgent(const RunContext& run, uint64_t planned);

struct Books {
  Conservation run;
  std::vector<Conservation> agents;  // by agent number
};

// What an agent did not send it reports as unassigned when it is done.  For one that never said so,
// the rest of its share is unassigned because it was lost, or because the journal ends.  Under
// --duration alone, planned are the turns of the conversations that were begun.
Books BalanceBooks(const RunContext& run, std::span<const AgentState> agents,
                   std::span<const SettledRequest> requests);

}  // namespace specctl
