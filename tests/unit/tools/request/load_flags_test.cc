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
