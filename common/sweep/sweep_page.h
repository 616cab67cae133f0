// The page that a sweep prints at its end.
#pragma once

#include <span>
#include <string>

#include "common/planning/pooled_points.h"
#include "common/planning/sweep.h"

namespace specctl {

struct SweepPageOptions {
  std::string folder;    // shown at the end, with what to do next
  size_t columns = 110;  // of the terminal
};

// What was measured and what was not, a table of the points with their intervals, pairs, drift, the
// picture, files.  Pure.
std::string SweepPage(const Sweep& sweep, const SweepPageOptions& options);

// Of a point that is done, on one line: "user TPS 41.2, output TPS 612, TTFT p95 210 ms, valid".
std::string PointSummary(const SweepPoint& point);

// "12 points: 10 done, 2 skipped".
std::string PointCounts(std::span<const PooledPoint> points);

}  // namespace specctl
