#include "common/dataset/text_table.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(TextTableTest, ColumnsAreAlignedByCharacters) {
  EXPECT_EQ(TextTable({{"name", "rows"}, {"caf\xC3\xA9s", "7"}, {"x", "12,345"}}, {false, true}),
            "name     rows\n"
            "caf\xC3\xA9s       7\n"
            "x      12,345\n");
}

TEST(TextTableTest, LinesEndWithoutSpaces) {
  EXPECT_EQ(TextTable({{"a", "long"}, {"b", "x"}}, {false, false}), "a  long\nb  x\n");
}

TEST(TextTableTest, ThousandsAreSet) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
}

}  // namespace
}  // namespace specctl
