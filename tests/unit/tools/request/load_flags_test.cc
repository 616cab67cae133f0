#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(LoadFlagsTest, AgentsAreOpenUnlessTheyAreGiven) {
  EXPECT_EQ(Good({"--bs", "512"}).agents, std::nullopt);
  EXPECT_EQ(Good({"--bs", "512", "--agents", "16"}).agents, 16u);
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->load = {.shape = ClosedLoop{64}, .agents = 4};
  EXPECT_EQ(Good({}, surroundings).agents, 4u);
  EXPECT_EQ(Good({"--bs", "128"}, surroundings).agents, std::nullopt);
  EXPECT_EQ(Good({"--agents", "2"}, surroundings).agents, 2u);
}

TEST(LoadFlagsTest, ARateMakesAnOpenLoop) {
  const OpenLoop poisson{.rate_per_s = 2.5};
  EXPECT_EQ(Good({"--request-rate", "2.5"}).spec.load.shape, LoadShape(poisson));
  const OpenLoop constant{.rate_per_s = 100,
                          .process = ArrivalProcess::kConstant,
                          .in_flight_max = 64,
                          .think_time = 1500ms};
  EXPECT_EQ(Good({"--request-rate", "100", "--arrival", "constant", "--in-flight-max", "64",
                  "--think-time", "1500ms"})
                .spec.load.shape,
            LoadShape(constant));
  EXPECT_EQ(Good({}).spec.load.shape, LoadShape(ClosedLoop{1}));
}

TEST(LoadFlagsTest, AShapeIsRepeatedInPartOrReplaced) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->load.shape = OpenLoop{.rate_per_s = 5, .in_flight_max = 64};
  const OpenLoop faster{.rate_per_s = 9, .in_flight_max = 64};
  EXPECT_EQ(Good({"--request-rate", "9"}, surroundings).spec.load.shape, LoadShape(faster));
  EXPECT_EQ(Good({"--bs", "3"}, surroundings).spec.load.shape, LoadShape(ClosedLoop{3}));
  const OpenLoop thinking{.rate_per_s = 5, .in_flight_max = 64, .think_time = 1s};
  EXPECT_EQ(Good({"--think-time", "1s"}, surroundings).spec.load.shape, LoadShape(thinking));
  surroundings.like->load.agents = 8;
  EXPECT_EQ(Good({"--think-time", "1s"}, surroundings).agents, 8u);
  EXPECT_EQ(Good({"--request-rate", "9"}, surroundings).agents, std::nullopt);
}

TEST(LoadFlagsTest, TheRampOfARepeatedClosedLoopIsNotForTheOpenOne) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->load = {.shape = ClosedLoop{64}, .ramp = 5s};
  EXPECT_EQ(Good({"--request-rate", "9"}, surroundings).spec.load.ramp, 0s);
  EXPECT_EQ(Good({"--bs", "9"}, surroundings).spec.load.ramp, 5s);
}

TEST(LoadFlagsTest, WhatIsNoOpenLoopIsRefusedByName) {
  EXPECT_THAT(Refusal({"--request-rate", "0"}), HasSubstr("--request-rate: need a number"));
  EXPECT_THAT(Refusal({"--request-rate", "1e-4"}), HasSubstr("from 0.001 to 1000000"));
  EXPECT_THAT(Refusal({"--request-rate", "nan"}), HasSubstr("--request-rate: need a number"));
  EXPECT_THAT(Refusal({"--request-rate", "1e9"}), HasSubstr("to 1000000, got \"1e9\""));
  EXPECT_THAT(Refusal({"--request-rate", "5", "--bs", "2"}),
              HasSubstr("--bs: can't be combined with --request-rate"));
  EXPECT_THAT(Refusal({"--arrival", "poisson"}), HasSubstr("--arrival: is of an open loop"));
  EXPECT_THAT(Refusal({"--in-flight-max", "5"}), HasSubstr("--in-flight-max: is of an open loop"));
  EXPECT_THAT(Refusal({"--request-rate", "5", "--ramp", "2s"}), HasSubstr("use --warmup"));
}

TEST(LoadFlagsTest, UntilIsWithinADuration) {
  const std::vector<PrecisionGoal> goals = {{"ttft_ms", "p99", 0.05},
                                            {"output_tps", "value", 0.01}};
  const LoadSpec load =
      Good({"--duration", "10m", "--until", "ttft_p99 +-5%, output_tps +-1%"}).spec.load;
  EXPECT_EQ(load.until, goals);
  EXPECT_EQ(load.duration, 10min);
  EXPECT_THAT(Refusal({"--until", "ttft_p99 +-5%"}), HasSubstr("--until: needs --duration"));
  EXPECT_THAT(Refusal({"--until", "ttft_p99 +-5%", "--requests", "5"}),
              HasSubstr("--until: needs --duration"));
  EXPECT_THAT(Refusal({"--duration", "1m", "--until", "ttft_p99 <= 5%"}),
              HasSubstr("--until: condition \"ttft_p99 <= 5%\", character 10"));
}

TEST(LoadFlagsTest, UntilOfARepeatedRunStaysWithADuration) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->load = {.duration = 60s, .until = {{"ttft_ms", "p99", 0.05}}};
  EXPECT_EQ(Good({}, surroundings).spec.load.until.size(), 1u);
  EXPECT_EQ(Good({"--duration", "1h"}, surroundings).spec.load.until.size(), 1u);
  EXPECT_TRUE(Good({"--requests", "5"}, surroundings).spec.load.until.empty());
  EXPECT_EQ(Good({"--until", "itl +-1%"}, surroundings).spec.load.until.front().figure, "itl_ms");
  EXPECT_EQ(Good({"--until", "itl +-1%"}, surroundings).spec.load.duration, 60s);
}

TEST(LoadFlagsTest, ConcurrencyOutOfRangeIsRefusedByName) {
  EXPECT_THAT(Refusal({"--bs", "0"}), HasSubstr("--bs: need 1 to"));
  EXPECT_THAT(Refusal({"--agents", "0"}), HasSubstr("--agents: need 1 to 1000000, got \"0\""));
  EXPECT_THAT(Refusal({"--bs", "many"}), HasSubstr("--bs"));
  EXPECT_THAT(Refusal({"--bs", "-3"}), HasSubstr("--bs"));
}

TEST(LoadFlagsTest, LimitsThatExcludeEachOtherAreRefused) {
  EXPECT_THAT(Refusal({"--requests", "5", "--conversations", "5"}),
              HasSubstr("--requests: can't be combined with --conversations"));
  EXPECT_THAT(Refusal({"--requests", "0"}),
              HasSubstr("--requests: need 1 to 1000000000000, got \"0\""));
  EXPECT_THAT(Refusal({"--duration", "0"}), HasSubstr("--duration: need a time above 0"));
  EXPECT_THAT(Refusal({"--duration", "soon"}), HasSubstr("--duration: need a duration like"));
  EXPECT_EQ(Good({"--requests", "5", "--duration", "2m"}).spec.load.duration, 120s);
}

TEST(LoadFlagsTest, MaxFailedIsAShare) {
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "5%"}).spec.load.failed_share_max, 0.05);
  EXPECT_DOUBLE_EQ(Good({"--max-failed", "0.2"}).spec.load.failed_share_max, 0.2);
  EXPECT_THAT(Refusal({"--max-failed", "10"}), HasSubstr("--max-failed: need a share"));
}

}  // namespace
}  // namespace specctl::cli
