#include "common/compare/step_cells.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

IntervalValues One(int64_t ms) {
  IntervalValues values;
  values.AddExact(std::chrono::milliseconds(ms));
  return values;
}

TEST(StepCellsTest, ALongRunHasLongerCellsAndLosesNothing) {
  StepCells cells;
  for (int64_t second = 0; second < 1000; ++second) cells.AddValues(second, One(second + 1));
  EXPECT_LE(cells.cells().size(), StepCells::kCellsMax);
  EXPECT_EQ(cells.cell_s(), 8);
  uint64_t count = 0;
  for (const IntervalSketch& cell : cells.cells()) count += cell.count();
  EXPECT_EQ(count, 1000u);
  EXPECT_EQ(cells.cells()[0].count(), 8u);
  EXPECT_EQ(cells.cells()[0].Values().max(), Nanos(std::chrono::milliseconds(8)));
}

TEST(StepCellsTest, WhatIsBeforeT0IsInTheFirstCell) {
  StepCells cells;
  cells.AddValues(-3, One(1));
  ASSERT_EQ(cells.cells().size(), 1u);
  EXPECT_EQ(cells.cells()[0].count(), 1u);
}

}  // namespace
}  // namespace specctl
