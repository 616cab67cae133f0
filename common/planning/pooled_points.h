// PooledPoint: all runs of a sweep at one point of its grid, as one.
#pragma once

#include <string>
#include <vector>

#include "common/planning/sweep.h"

namespace specctl {

struct PooledPoint {
  PointKey key;
  // kDone where any of its runs is; else the state of its last.
  PointState state = PointState::kPlanned;
  std::string reason;                 // why it was skipped or failed
  std::vector<std::string> runs;      // ids of those that `measured` is of
  std::vector<std::string> left_out;  // of those that are invalid, where another is not
  // The worst verdict; all reasons and labels; the first run's setup.
  PointMeasurement measured;
  // Output TPS of its runs differs by this factor more than their errors explain; 1: it does not.
  double scale = 1;

  bool done() const { return state == PointState::kDone; }
  const Measured* Find(std::string_view figure, std::string_view statistic) const;
  // Of a slice; nullptr where it has none.
  const Measured* FindIn(Dimension by, std::string_view slice, std::string_view figure,
                         std::string_view statistic) const;
};

// A point for each place in the grid, also one that was only skipped: by target and dataset in the
// sweep's order, then tier, temperature, kind of load and load upwards.
std::vector<PooledPoint> PoolPoints(const Sweep& sweep);

// Statistic of a figure in `figures`; nullptr where it has none.
const Measured* FindMeasured(const MeasuredFigures& figures, std::string_view figure,
                             std::string_view statistic);

// Adds the ids of `more` that `runs` does not have yet, as a figure names the runs it comes from.
void AddRuns(const std::vector<std::string>& more, std::vector<std::string>& runs);

}  // namespace specctl
