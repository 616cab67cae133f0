#include <algorithm>
#include <cassert>
#include <numeric>

#include "common/workload/slice.h"

namespace specctl {

uint32_t SlotsOfAgent(uint32_t bs, uint32_t agent, uint32_t agents) {
  assert(agents > 0 && agent < agents);
  return bs / agents + (agent < bs % agents ? 1 : 0);
}

uint64_t OrderIndexCountOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                const WorkloadLimits& limits) {
  assert(agents > 0 && agent < agents);
  if (rows == 0) return 0;
  // The agent's positions meet the same rows again after rows / gcd steps.
  const uint64_t steps = rows / std::gcd<uint64_t>(agents, rows);
  if (!limits.positions_end) return steps;
  const uint64_t end = *limits.positions_end;
  return std::min(steps, end > agent ? (end - agent - 1) / agents + 1 : 0);
}

std::vector<uint64_t> OrderIndicesOfAgent(uint32_t agent, uint32_t agents, uint64_t rows,
                                          const WorkloadLimits& limits) {
  const uint64_t count = OrderIndexCountOfAgent(agent, agents, rows, limits);
  std::vector<uint64_t> indices;
  indices.reserve(count);
  uint64_t index = count == 0 ? 0 : agent % rows;
  for (uint64_t k = 0; k < count; ++k) {
    indices.push_back(index);
    index = (index + agents) % rows;
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace specctl
