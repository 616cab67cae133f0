#include "common/figures/quantile_need.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(QuantileNeedTest, TenValuesLieBeyond) {
  EXPECT_EQ(ValuesNeeded("p50"), 20u);
  EXPECT_EQ(ValuesNeeded("p90"), 100u);
  EXPECT_EQ(ValuesNeeded("p95"), 200u);
  EXPECT_EQ(ValuesNeeded("p1"), 1000u);
  EXPECT_EQ(ValuesNeeded("p99"), 1000u);
  EXPECT_EQ(ValuesNeeded("p999"), 10'000u);
  EXPECT_FALSE(ValuesNeeded("mean"));
  EXPECT_FALSE(ValuesNeeded("value"));
}

}  // namespace
}  // namespace specctl
