// StepCells: step latencies by stretches of time, few of them however long the run is.
#pragma once

#include <cstdint>
#include <vector>

#include "common/stats/interval_sketch.h"

namespace specctl {

// Cells of equal length, on multiples of it since T0, from the first that has values to the last:
// how long the run was before them does not make them coarser.  When there are too many,
// neighbours are merged.
class StepCells {
 public:
  static constexpr size_t kCellsMax = 128;

  // `time_s`: seconds since T0, below 0 counts as 0.  In any order.
  void AddValues(int64_t time_s, const IntervalValues& values);

  int64_t cell_s() const { return cell_s_; }
  // The begin of the first cell [s since T0].
  int64_t start_s() const { return first_ * cell_s_; }
  const std::vector<IntervalSketch>& cells() const { return cells_; }

 private:
  void ExtendTo(int64_t time_s);
  void MergeNeighbours();

  int64_t cell_s_ = 1;
  int64_t first_ = 0;  // how many cells of that length lie between T0 and the first
  std::vector<IntervalSketch> cells_;
};

}  // namespace specctl
