#include "common/report/page_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

TEST(PageNetworkTest, TheRoundTripStandsBesideTtftWithAndWithoutIt) {
  Results results;
  EXPECT_EQ(NetworkLines(results), "");
  results.networks = {{.target = 0,
                       .connections = 8,
                       .round_trip_ms = 12.3,
                       .ttft_p50_ms = 212.5,
                       .ttft_p99_ms = 1204}};
  EXPECT_EQ(
      NetworkLines(results),
      "network   round trip 12.30 ms (TCP, 8 connections)   TTFT p50 212.50, without it 200.20\n"
      "          TTFT p99 1,204, without it 1,192\n");
}

TEST(PageNetworkTest, ThisMachinesOwnIsNothingToTakeOff) {
  Results results;
  results.networks = {{.target = 0,
                       .connections = 2,
                       .round_trip_ms = 0.002,
                       .ttft_p50_ms = 33,
                       .ttft_p99_ms = 34}};
  EXPECT_EQ(NetworkLines(results), "network   round trip below 0.01 ms (TCP, 2 connections)\n");
}

TEST(PageNetworkTest, OfSeveralTargetsEachIsNamedAndFarTooManyAreNot) {
  Results results;
  for (uint32_t i = 0; i < 10; ++i) {
    results.networks.push_back({.target = i, .connections = 1, .round_trip_ms = 0.05});
  }
  results.spec.targets = {{.url = "http://a:1"}, {.url = "http://b:2", .name = "fp8"}};
  const std::string lines = NetworkLines(results);
  EXPECT_THAT(lines, HasSubstr("http://a:1   round trip 0.05 ms (TCP, 1 connection)\n"));
  EXPECT_THAT(lines, HasSubstr("fp8   round trip"));
  EXPECT_THAT(lines, HasSubstr("target 7"));
  EXPECT_THAT(lines, HasSubstr("network   2 more: see targets in summary.json\n"));
}

}  // namespace
}  // namespace specctl
