#include "common/stats/shares.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(SharesTest, WilsonsIntervalIsThatOfTheTables) {
  const Interval half = WilsonInterval(50, 100, 1.959964);
  EXPECT_DOUBLE_EQ(half.value, 0.5);
  EXPECT_NEAR(half.low, 0.4038, 1e-4);
  EXPECT_NEAR(half.high, 0.5962, 1e-4);
}

TEST(SharesTest, NoneAndAllHaveAWidth) {
  const Interval none = WilsonInterval(0, 20, 1.959964), all = WilsonInterval(20, 20, 1.959964);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.161, 1e-3);
  EXPECT_NEAR(all.low, 0.839, 1e-3);
  EXPECT_EQ(all.high, 1);
}

}  // namespace
}  // namespace specctl
