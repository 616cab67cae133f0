#include "common/figures/server_figures.h"

namespace specctl {

const ServerCounters* ServerFigures::OfTarget(uint32_t target) const {
  for (const TargetCounters& candidate : targets) {
    if (candidate.target == target) return &candidate.counters;
  }
  return nullptr;
}

}  // namespace specctl
