// ArrivalFigures: whether the arrivals of an open loop came as planned; docs/metrics.md defines
// each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/stats/point_process.h"
#include "common/stats/quantiles.h"

namespace specctl {

// Over the time that the headline is of.  Arrivals are first turns.
struct ArrivalFigures {
  double length_s = 0;
  uint64_t planned = 0;          // by the arrival process
  uint64_t begun = 0, shed = 0;  // of those that were due in that time
  double planned_per_s = 0, achieved_per_s = 0;

  // Of counts of begun conversations in windows of one length.
  struct Dispersion {
    double window_s = 0;
    uint64_t windows = 0;
    double index = 0;
    // Where that of a Poisson process lies with 95 % probability; absent for constant arrivals.
    std::optional<DispersionRange> expected;
  };
  std::vector<Dispersion> dispersion;  // windows of 0.1, 1 and 5 s, those that fit in
  // Of the gaps between begins against the exponential distribution; absent for constant arrivals.
  std::optional<GoodnessOfFit> gaps;
  std::optional<Distribution> lateness_ms;  // begin less due, of those begun
};

}  // namespace specctl
