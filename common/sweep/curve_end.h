// Where a curve is over-saturated: more load brings nothing but longer queues.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/planning/pooled_points.h"
#include "common/planning/sweep.h"

namespace specctl {

struct CurveEnd {
  LoadLevel load;  // the lowest that is over-saturated
  std::string
      reason;  // "beyond bs 16 output TPS does not rise (1402, then 1398 at bs 64), and ..."
};

// Of the points that differ from `key` in load alone.  `pooled`: PoolPoints() of the sweep.
//
// Closed loop: the first load whose output TPS is not above the best of lower loads (it rises by
// less than 2 %, or by less than 5 % and not beyond its 95 % interval), and at which requests
// queue: label `queued` or `unstable`, or, where the servers' metrics don't tell, TTFT p50 at
// least 1.5 times as long.  Open loop: the first load that is `unstable`, or at which arrivals were
// shed. nullopt: not over-saturated as far as it is measured.
std::optional<CurveEnd> FindCurveEnd(std::span<const PooledPoint> pooled, const PointKey& key);

// The planned grid points beyond the ends of their curves become kSkipped, with the reason, and
// planned again where an end has moved; the points that are done there get the label `saturated`.
void EndCurves(Sweep& sweep);

}  // namespace specctl
