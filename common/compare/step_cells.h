// StepCells: step latencies by stretches of time, few of them however long the run is.
#pragma once

#include <cstdint>
#include <vector>

#include "common/stats/interval_sketch.h"

namespace specctl {

// Cells of equal length from T0 on; when there are too many, neighbours are merged.
class StepCells {
 public:
  static constexpr size_t kCellsMax = 128;

  // `time_s`: seconds since T0, below 0 counts as 0.
  void AddValues(int64_t time_s, const IntervalValues& values);

  int64_t cell_s() const { return cell_s_; }
  const std::vector<IntervalSketch>& cells() const { return cells_; }

 private:
  void MergeNeighbours();

  int64_t cell_s_ = 1;
  std::vector<IntervalSketch> cells_;
};

}  // namespace specctl
