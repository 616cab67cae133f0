#include "common/planning/text_table.h"

#include <gtest/gtest.h>

namespace specctl::testing {
namespace {

TEST(TextTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  TextTable table(1);
  table.AddRow({"target", "bs"});
  table.AddRow({"off", "1,024"});
  EXPECT_EQ(table.Render(), "  target     bs\n  off     1,024\n");
}

TEST(TextTableTest, AColumnWithoutCellsIsLeftOut) {
  TextTable table(2);
  table.AddRow({"target", "mark", "bs"});
  table.AddRow({"off", "", "4"});
  EXPECT_EQ(table.Render(), "  target  bs\n  off      4\n");
}

TEST(TextTableTest, AHeadAloneIsNoTable) {
  TextTable table(1);
  EXPECT_FALSE(table.has_rows());
  table.AddRow({"target"});
  EXPECT_FALSE(table.has_rows());
  table.AddRow({"off"});
  EXPECT_TRUE(table.has_rows());
}

}  // namespace
}  // namespace specctl::testing
