// One agent's share of a workload.
#pragma once

#include <cstdint>
#include <vector>

#include "common/workload/limits.h"
#include "common/workload/workload_item.h"

namespace specctl {

// Positions agent, agent + agents, agent + 2*agents, ... and every agents-th slot.
struct Slice {
  uint32_t agent = 0;  // 0-based
  uint32_t agents = 1;
  uint64_t rows = 0;  // rows of the dataset: position -> order index is position % rows
  // This agent's share of bs; local slot j is slot j * agents + agent of the run.
  uint32_t slots = 0;
  WorkloadLimits limits;  // planned_requests is not told
  // The conversations this agent may meet, by order index, ascending.
  struct Entry {
    uint64_t order_index = 0;
    WorkloadItem item;
  };
  std::vector<Entry> entries;
};

// Share of `bs` of agent `agent` of `agents`: as even as it goes, larger shares first.
uint32_t SlotsOfAgent(uint32_t bs, uint32_t agent, uint32_t agents);

// Order indices that agent `agent` of `agents` may meet, ascending: (agent + k*agents) % rows for
// every k that keeps the position below limits.positions_end.
std::vector<uint64_t> OrderIndicesOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                          const WorkloadLimits& limits);
// How many they are, at once and whatever the numbers.
uint64_t OrderIndexCountOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                const WorkloadLimits& limits);

}  // namespace specctl
