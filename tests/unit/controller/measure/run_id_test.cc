#include "controller/measure/run_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

TEST(RunIdTest, SaysWhenItBegan) {
  EXPECT_THAT(NewRunId(), ::testing::MatchesRegex("[0-9]{8}-[0-9]{6}-[0-9a-f]{4}"));
}

}  // namespace
}  // namespace specctl::controller
