#include "common/compare/step_cells.h"

#include <algorithm>
#include <utility>

namespace specctl {

void StepCells::AddValues(int64_t time_s, const IntervalValues& values) {
  // A time before T0 is of the first cell.
  time_s = std::max<int64_t>(time_s, 0);
  ExtendTo(time_s);
  cells_[static_cast<size_t>(time_s / cell_s_ - first_)].AddValues(values);
}

void StepCells::ExtendTo(int64_t time_s) {
  if (cells_.empty()) first_ = time_s / cell_s_;
  for (;;) {
    const int64_t at = time_s / cell_s_;
    const int64_t begin = std::min(first_, at);
    const int64_t end = std::max(first_ + static_cast<int64_t>(cells_.size()), at + 1);
    if (end - begin <= static_cast<int64_t>(kCellsMax)) {
      // Journals of several agents follow one another: a later one may begin earlier.
      cells_.insert(cells_.begin(), static_cast<size_t>(first_ - begin), IntervalSketch());
      cells_.resize(static_cast<size_t>(end - begin));
      first_ = begin;
      return;
    }
    // Memory stays bounded for a hold of any length: cells get coarser instead of more.
    MergeNeighbours();
  }
}

void StepCells::MergeNeighbours() {
  const int64_t first = first_ / 2;
  const int64_t last = (first_ + static_cast<int64_t>(cells_.size()) - 1) / 2;
  std::vector<IntervalSketch> merged(static_cast<size_t>(last - first + 1));
  for (size_t i = 0; i < cells_.size(); ++i) {
    merged[static_cast<size_t>((first_ + static_cast<int64_t>(i)) / 2 - first)].Merge(cells_[i]);
  }
  cells_ = std::move(merged);
  first_ = first;
  cell_s_ *= 2;
}

}  // namespace specctl
