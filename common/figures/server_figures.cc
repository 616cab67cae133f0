#include "common/figures/server_figures.h"

#include <algorithm>

namespace specctl {

const HistogramQuantile* FindQuantile(const HistogramFigure& figure, std::string_view key) {
  if (key == "p50") return &figure.p50;
  if (key == "p90") return &figure.p90;
  return key == "p99" ? &figure.p99 : nullptr;
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
