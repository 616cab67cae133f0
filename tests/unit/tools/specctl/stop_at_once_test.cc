#include "tools/specctl/stop_at_once.h"

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

TEST(StopAtOnceTest, TheFirstRequestIsWhatEndsARunAtOnce) {
  const auto requests = std::make_shared<std::atomic<uint32_t>>(0);
  StopAtOnce stop{controller::StopToken(requests)};
  const controller::StopToken of_run = stop.token();
  stop.OnSnapshot(nullptr);
  EXPECT_EQ(of_run.requests(), 0u);
  requests->store(1);
  stop.OnSnapshot(nullptr);
  EXPECT_EQ(of_run.requests(), 2u) << "the second request to a run ends it at once";
  stop.OnSnapshot(nullptr);
  EXPECT_EQ(of_run.requests(), 2u);
}

// A request before the run is no less one.
TEST(StopAtOnceTest, TheRunsOwnCountBeginsAtNone) {
  const auto requests = std::make_shared<std::atomic<uint32_t>>(1);
  StopAtOnce stop{controller::StopToken(requests)};
  EXPECT_EQ(stop.token().requests(), 0u);
  stop.OnSnapshot(nullptr);
  EXPECT_EQ(stop.token().requests(), 2u);
}

}  // namespace
}  // namespace specctl::cli
