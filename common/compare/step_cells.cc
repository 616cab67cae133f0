#include "common/compare/step_cells.h"

#include <algorithm>
#include <utility>

namespace specctl {

void StepCells::AddValues(int64_t time_s, const IntervalValues& values) {
  // A time before T0 is of the first cell.
  time_s = std::max<int64_t>(time_s, 0);
  // Memory stays bounded for a run of any length: cells get coarser instead of more.
  while (time_s / cell_s_ >= static_cast<int64_t>(kCellsMax)) MergeNeighbours();
  const auto index = static_cast<size_t>(time_s / cell_s_);
  if (index >= cells_.size()) cells_.resize(index + 1);
  cells_[index].AddValues(values);
}

void StepCells::MergeNeighbours() {
  std::vector<IntervalSketch> merged((cells_.size() + 1) / 2);
  for (size_t i = 0; i < cells_.size(); ++i) merged[i / 2].Merge(cells_[i]);
  cells_ = std::move(merged);
  cell_s_ *= 2;
}

}  // namespace specctl
