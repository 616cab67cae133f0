// LoadLeft: what load a run offered once agents were lost and it went on without them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/analysis/agent_state.h"
#include "common/workload/run_spec.h"

namespace specctl {

struct LoadLeft {
  int64_t from_s = 0;   // since T0: the last second that the lost agent had reported of
  uint32_t agents = 0;  // of the run's, that were left
  uint32_t slots = 0;   // theirs, together
  bool operator==(const LoadLeft&) const = default;
};

// In the order of time, one for each second in which agents were lost; empty: none was, or the run
// did not go on.  Pure.
std::vector<LoadLeft> LoadLeftBy(std::span<const AgentState> agents);

// What was left at that second; nullopt: the load was as planned.  Pure.
std::optional<LoadLeft> LoadLeftAt(std::span<const LoadLeft> left, int64_t second);

// "in flight 48 of 64 from second 12 on, 32 from second 40 on"; of an open loop "arrivals of 15 of
// 16 agents from second 12 on".  Requires that something is left.  Pure.
std::string LoadLeftText(std::span<const LoadLeft> left, const LoadSpec& load);

}  // namespace specctl
