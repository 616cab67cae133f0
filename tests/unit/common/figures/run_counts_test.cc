#include "common/figures/run_counts.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(RunCountsTest, BothIdentitiesMustHold) {
  Conservation counts;
  counts.planned = 5;
  counts.sent = 3;
  counts.ok = 2;
  counts.failed = 1;
  counts.unassigned[1] = 2;
  EXPECT_EQ(counts.Unassigned(), 2u);
  EXPECT_TRUE(counts.Holds());
  counts.planned = 6;
  EXPECT_FALSE(counts.Holds());
  counts.planned.reset();
  EXPECT_TRUE(counts.Holds()) << "without a plan the outcomes alone are checked";
  counts.lost = 1;
  EXPECT_FALSE(counts.Holds());
}

}  // namespace
}  // namespace specctl
