// Plan: which conversation is sent at which position, decided before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/conversation.h"
#include "common/plan/run_spec.h"

namespace specctl {

// What the plan needs to know of a dataset row.
struct RowFacts {
  std::string category;
  std::string tier;
  uint32_t turns = 1;
};

// Order of a dataset: a seeded permutation, stratified so that every prefix has the strata (tier,
// category) in the dataset's proportions, and permuted again inside each stratum block, so that no
// stride i, i+n, i+2n picks one stratum.  Depends on (rows, seed) alone.
//
// Result: `order[k]` is the row that stands at order index k; a permutation of 0..rows-1.
std::vector<uint32_t> StratifiedOrder(std::span<const RowFacts> rows, uint64_t seed);

// Where the plan ends.  A conversation's position p runs on through repeats of the dataset:
// cycle = p / rows, order index = p % rows.
struct PlanLimits {
  // Positions 0 .. end-1 may begin; nullopt: unbounded (--duration alone).
  std::optional<uint64_t> positions_end;
  // Turns of the position end-1 that may be sent, where --requests cuts a conversation; else
  // nullopt.
  std::optional<uint32_t> last_position_turns;
  // Requests in all; nullopt where unbounded.
  std::optional<uint64_t> planned_requests;
};

// INVALID_ARGUMENT where requests_max and conversations_max are both set, or a limit is 0.
// Without limit and duration: the whole dataset once.  With --requests or --conversations beyond
// the dataset, the dataset repeats.  With a duration and one of them: whichever comes first.
absl::StatusOr<PlanLimits> ComputeLimits(const LoadSpec& load, std::span<const RowFacts> rows,
                                         std::span<const uint32_t> order);

// One agent's share: positions agent, agent + agents, agent + 2*agents, ... and every agents-th
// slot.
struct Slice {
  uint32_t agent = 0;  // 0-based
  uint32_t agents = 1;
  uint64_t rows = 0;  // rows of the dataset: position -> order index is position % rows
  uint32_t slots =
      0;  // this agent's share of bs; local slot j is slot j * agents + agent of the run
  PlanLimits limits;
  // The conversations this agent may meet, by order index, ascending.
  struct Entry {
    uint64_t order_index;
    Conversation conversation;
  };
  std::vector<Entry> conversations;
};

// Share of `bs` of agent `agent` of `agents`: as even as it goes, larger shares first.
uint32_t SlotsOfAgent(uint32_t bs, uint32_t agent, uint32_t agents);

// Order indices that agent `agent` of `agents` may meet, ascending: (agent + k*agents) % rows for
// every k that keeps the position below limits.positions_end.
std::vector<uint64_t> OrderIndicesOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                          const PlanLimits& limits);
// How many they are, at once and whatever the numbers.
uint64_t OrderIndexCountOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                const PlanLimits& limits);

}  // namespace specctl
