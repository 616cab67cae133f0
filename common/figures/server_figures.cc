#include "common/figures/server_figures.h"

#include <algorithm>

namespace specctl {

std::span<const ServerLatencyName> ServerLatencyNames() {
  static constexpr ServerLatencyName kNames[] = {
      {"ttft_ms", "TTFT ms", &ServerLatencies::ttft_ms},
      {"queue_ms", "queue ms", &ServerLatencies::queue_ms},
      {"itl_ms", "ITL ms", &ServerLatencies::itl_ms},
      {"step_latency_ms", "step ms", &ServerLatencies::step_latency_ms},
  };
  return kNames;
}

const ServerCounters* ServerFigures::OfTarget(uint32_t target) const {
  for (const TargetCounters& candidate : targets) {
    if (candidate.target == target) return &candidate.counters;
  }
  return nullptr;
}

bool ReplicasChanged(const ServerFigures& figures) {
  return std::any_of(figures.replicas.begin(), figures.replicas.end(),
                     [](const ReplicaCount& of) { return of.born > 0 || of.gone > 0; });
}

}  // namespace specctl
