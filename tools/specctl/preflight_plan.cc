#include "tools/specctl/preflight_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace specctl::cli {
namespace {

constexpr uint32_t kFirstStreams = 64;
constexpr uint32_t kSecondStreams = 256;
constexpr int kHalvingsMax = 2;

}  // namespace

std::optional<uint32_t> StreamSearch::Next() const {
  const uint32_t kept = highest_kept_.value_or(0);
  if (!lowest_not_kept_) {
    if (kept == streams_max_) return std::nullopt;
    // Doubles from 256 on: few steps reach any machine's ceiling.
    const uint64_t next = kept == 0               ? kFirstStreams
                          : kept < kSecondStreams ? kSecondStreams
                                                  : uint64_t{2} * kept;
    return static_cast<uint32_t>(std::min<uint64_t>(next, streams_max_));
  }
  // Between the two, a few times: a plan leaves more room than the last halving would find.
  const uint32_t middle = kept + (*lowest_not_kept_ - kept) / 2;
  if (halvings_ == kHalvingsMax || middle == kept) return std::nullopt;
  return middle;
}

void StreamSearch::AddResult(bool kept) {
  const uint32_t streams = Next().value_or(0);
  // One bad step may be other work on the machine; two are its limit.
  if (!kept && !std::exchange(second_try_, true)) return;
  second_try_ = false;
  if (lowest_not_kept_) ++halvings_;
  (kept ? highest_kept_ : lowest_not_kept_) = streams;
}

AgentPlan PlanAgents(const AgentDemand& demand) {
  AgentPlan plan;
  plan.chunks_per_s = static_cast<double>(demand.bs) * demand.chunks_per_s;
  const double agents =
      std::ceil(plan.chunks_per_s / (kPlannedShare * demand.ceiling_chunks_per_s));
  // An agent without a slot is none.
  plan.agents = agents >= static_cast<double>(demand.bs)
                    ? demand.bs
                    : std::max(uint64_t{1}, static_cast<uint64_t>(agents));
  plan.machines = (plan.agents + demand.machine_agents - 1) / demand.machine_agents;
  return plan;
}

StepLoad CheckLoad(const AgentDemand& demand, const AgentPlan& plan) {
  if (plan.machines == 1) {
    return {.agents = static_cast<uint32_t>(plan.agents),
            .streams = static_cast<uint32_t>(demand.bs),
            .chunks_per_s = demand.chunks_per_s};
  }
  // More than one machine is needed: this one is checked with its own part of the load.
  const double share = kPlannedShare * demand.ceiling_chunks_per_s / demand.chunks_per_s;
  return {.agents = demand.machine_agents,
          .streams = demand.machine_agents * std::max(1u, static_cast<uint32_t>(share)),
          .chunks_per_s = demand.chunks_per_s};
}

}  // namespace specctl::cli
