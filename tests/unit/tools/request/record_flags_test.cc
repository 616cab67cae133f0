#include "tools/request/flag_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/request/request_of.h"

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(RecordFlagsTest, TagsReplaceThoseOfARepeatedRun) {
  Surroundings surroundings;
  surroundings.like.emplace();
  surroundings.like->tags = {{"old", "1"}};
  EXPECT_THAT(Good({}, surroundings).spec.tags, ElementsAre(Pair("old", "1")));
  EXPECT_THAT(Good({"--tag", "a=b=c", "--tag", "d="}, surroundings).spec.tags,
              ElementsAre(Pair("a", "b=c"), Pair("d", "")));
}

TEST(RecordFlagsTest, GoodputIsReadBeforeAnythingIsSent) {
  EXPECT_THAT(Good({"--goodput", "ttft:500,user_tps:20"}).spec.goodput,
              ElementsAre(Pair("ttft", 500), Pair("user_tps", 20)));
  EXPECT_THAT(Refusal({"--goodput", "tps:5"}), HasSubstr("--goodput: \"tps:5\": need FIGURE"));
}

TEST(RecordFlagsTest, ArrivalsAreDatedByTheKernelUnlessAsked) {
  EXPECT_FALSE(Good({}).spec.user_stamps);
  EXPECT_TRUE(Good({"--receive-stamps", "user"}).spec.user_stamps);
  EXPECT_FALSE(Good({"--receive-stamps", "kernel"}).spec.user_stamps);
  EXPECT_THAT(Refusal({"--receive-stamps", "nic"}), HasSubstr("--receive-stamps"));
}

TEST(RecordFlagsTest, ALostAgentEndsARunUnlessItIsToGoOn) {
  EXPECT_FALSE(Good({}).spec.load.degrades_on_agent_loss);
  EXPECT_TRUE(Good({"--on-agent-loss", "degrade"}).spec.load.degrades_on_agent_loss);
  EXPECT_FALSE(Good({"--on-agent-loss", "fail"}).spec.load.degrades_on_agent_loss);
  EXPECT_THAT(Refusal({"--on-agent-loss", "rebalance"}), HasSubstr("--on-agent-loss"));
}

TEST(RecordFlagsTest, AResponseHeaderToSliceByIsAName) {
  EXPECT_EQ(Good({}).spec.slice_by_header, "");
  EXPECT_EQ(Good({"--slice-by-header", "X-Served-By"}).spec.slice_by_header, "X-Served-By");
  EXPECT_THAT(Refusal({"--slice-by-header", "x-served-by: a"}),
              HasSubstr("--slice-by-header: need the name of a response header"));
}

}  // namespace
}  // namespace specctl::cli
