// Which loads a preflight tries, what follows from the highest that was kept, and how to check it.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// The search for the highest number of streams that an agent keeps up with: 64, 256, and twice as
// many from there on, until one is not kept; then twice the middle between the highest that was
// kept and the lowest that was not.  A load that is not kept is tried once more before it counts:
// another tenant's burst must not pass for the machine's limit.
class StreamSearch {
 public:
  explicit StreamSearch(uint32_t streams_max) : streams_max_(streams_max) {}  // >= 1

  // The next number of streams of each agent to try; nullopt at the end.
  std::optional<uint32_t> Next() const;
  // What came of it.
  void AddResult(bool kept);

  std::optional<uint32_t> highest_kept() const { return highest_kept_; }
  std::optional<uint32_t> lowest_not_kept() const { return lowest_not_kept_; }

 private:
  uint32_t streams_max_;
  std::optional<uint32_t> highest_kept_;
  std::optional<uint32_t> lowest_not_kept_;
  bool second_try_ = false;
  int halvings_ = 0;
};

// The share of its ceiling that an agent is planned to carry.  The rest is for what the null
// server does not show: longer events, TLS, request bodies, bursts, other work on the machine.
inline constexpr double kPlannedShare = 0.7;

struct AgentDemand {
  uint64_t bs = 0;                  // streams, over all agents
  double chunks_per_s = 0;          // of each stream
  double ceiling_chunks_per_s = 0;  // of one agent
  uint32_t machine_agents = 1;      // as many does a machine carry
};

struct AgentPlan {
  double chunks_per_s = 0;  // over all agents
  uint64_t agents = 0;
  uint64_t machines = 0;  // like this one
};

// All of `demand` is above 0.
AgentPlan PlanAgents(const AgentDemand& demand);

// The load that shows on this machine whether `plan`, which is of `demand`, holds: the planned
// agents with all of the demand where one machine is enough, else a machine's agents with the
// planned share of their ceiling each.
StepLoad CheckLoad(const AgentDemand& demand, const AgentPlan& plan);

}  // namespace specctl::cli
