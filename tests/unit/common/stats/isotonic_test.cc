#include "common/stats/isotonic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;

TEST(IsotonicTest, WhatRisesStays) {
  const std::vector<WeighedValue> values = {{1, 1}, {2, 5}, {2, 1}, {7, 1}};
  EXPECT_THAT(IsotonicFit(values), ElementsAre(1, 2, 2, 7));
}

TEST(IsotonicTest, ViolatorsGetTheirWeighedMean) {
  const std::vector<WeighedValue> values = {{1, 1}, {6, 1}, {3, 2}, {5, 1}};
  EXPECT_THAT(IsotonicFit(values), ElementsAre(1, 4, 4, 5));
}

TEST(IsotonicTest, WhatFallsIsOneMean) {
  const std::vector<WeighedValue> values = {{3, 1}, {2, 1}, {1, 1}};
  EXPECT_THAT(IsotonicFit(values), ElementsAre(2, 2, 2));
}

TEST(IsotonicTest, OfNothingIsNothing) { EXPECT_TRUE(IsotonicFit({}).empty()); }

}  // namespace
}  // namespace specctl::testing
