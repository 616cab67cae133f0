#include "common/report/csv_line.h"

#include <cmath>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(CsvLineTest, FieldsAreSeparatedAndQuotedWhereTheyMustBe) {
  std::string out = "before\n";
  CsvLine line(out);
  line.AddText("plain");
  line.AddText("a, \"b\"");
  line.AddText("two\nlines");
  line.AddEmpty();
  line.AddCount(uint64_t{7});
  line.AddCount(int64_t{-7});
  line.End();
  EXPECT_EQ(out, "before\nplain,\"a, \"\"b\"\"\",\"two\nlines\",,7,-7\n");
}

TEST(CsvLineTest, ANumberThatIsAbsentOrNotFiniteIsAnEmptyField) {
  std::string out;
  CsvLine line(out);
  line.AddNumber(0.1);
  line.AddNumber(std::nullopt);
  line.AddNumber(NAN);
  line.AddNumber(-INFINITY);
  line.AddNumber(0);
  line.End();
  EXPECT_EQ(out, "0.1,,,,0\n");
}

}  // namespace
}  // namespace specctl
