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

TEST(StepCellsTest, WhatLiesBeforeTheFirstValuesMakesNoCellLonger) {
  StepCells cells;
  for (int64_t second = 3600; second < 3630; ++second) cells.AddValues(second, One(1));
  EXPECT_EQ(cells.cell_s(), 1);
  EXPECT_EQ(cells.start_s(), 3600);
  EXPECT_EQ(cells.cells().size(), 30u);
}

TEST(StepCellsTest, ALaterJournalMayBeginEarlier) {
  StepCells cells;
  cells.AddValues(605, One(1));
  cells.AddValues(601, One(2));
  EXPECT_EQ(cells.start_s(), 601);
  ASSERT_EQ(cells.cells().size(), 5u);
  EXPECT_EQ(cells.cells()[0].Values().max(), Nanos(std::chrono::milliseconds(2)));
  EXPECT_EQ(cells.cells()[4].count(), 1u);
}

// An odd begin: neighbours are those of one longer cell since T0, not of the first value.
TEST(StepCellsTest, LongerCellsStayOnMultiplesOfTheirLength) {
  StepCells cells;
  for (int64_t second = 899; second > 600; --second) cells.AddValues(second, One(second));
  EXPECT_LE(cells.cells().size(), StepCells::kCellsMax);
  EXPECT_EQ(cells.cell_s(), 4);
  EXPECT_EQ(cells.start_s(), 600);
  EXPECT_EQ(cells.cells()[0].count(), 3u);
  EXPECT_EQ(cells.cells()[0].Values().max(), Nanos(std::chrono::milliseconds(603)));
  EXPECT_EQ(cells.cells()[1].count(), 4u);
  uint64_t count = 0;
  for (const IntervalSketch& cell : cells.cells()) count += cell.count();
  EXPECT_EQ(count, 299u);
}

TEST(StepCellsTest, WhatIsBeforeT0IsInTheFirstCell) {
  StepCells cells;
  cells.AddValues(-3, One(1));
  ASSERT_EQ(cells.cells().size(), 1u);
  EXPECT_EQ(cells.cells()[0].count(), 1u);
}

}  // namespace
}  // namespace specctl
