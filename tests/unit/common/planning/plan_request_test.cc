#include "common/planning/plan_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

TEST(PlanRequestTest, ADemandHasAUnit) {
  EXPECT_TRUE(ParseDemand("4000tps")->of_tokens);
  EXPECT_TRUE(ParseDemand("4000 tokens/s")->of_tokens);
  EXPECT_FALSE(ParseDemand("12.5/s")->of_tokens);
  EXPECT_EQ(ParseDemand("12.5 requests/s")->per_s, 12.5);
  for (const char* wrong : {"", "4000", "-1tps", "0tps", "nan tps", "4000 tpm", "1e999tps"}) {
    EXPECT_FALSE(ParseDemand(wrong).ok()) << wrong;
  }
}

TEST(PlanRequestTest, SharesOfAMixAddUpToOne) {
  const auto mix = ParseMix("coding=0.4, roleplay=0.6");
  ASSERT_TRUE(mix.ok());
  EXPECT_EQ((*mix)[1].domain, "roleplay");
  EXPECT_THAT(std::string(ParseMix("coding=0.4").status().message()),
              HasSubstr("the shares add up to 0.4, not to 1"));
  for (const char* wrong : {"", "coding", "=1", "a=0.5,a=0.5", "a=x,b=1", "a=0.5,,b=0.5"}) {
    EXPECT_FALSE(ParseMix(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace specctl::testing
