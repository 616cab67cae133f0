#include "common/compare/precision_goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text) {
  const auto goals = ParsePrecisionGoals(text);
  EXPECT_FALSE(goals.ok()) << text;
  return std::string(goals.status().message());
}

TEST(PrecisionGoalsTest, AGoalIsAFigureAndHalfAWidth) {
  EXPECT_THAT(ParsePrecisionGoals("ttft_p99 +-5%").value(),
              ElementsAre(PrecisionGoal{"ttft_ms", "p99", 0.05}));
  EXPECT_THAT(ParsePrecisionGoals(" output_tps+- 0.5 % ,ttft +-2%").value(),
              ElementsAre(PrecisionGoal{"output_tps", "value", 0.005},
                          PrecisionGoal{"ttft_ms", "mean", 0.02}));
}

TEST(PrecisionGoalsTest, ItsTextIsRead) {
  for (const std::string_view text :
       {"ttft_ms_p99 +-5%", "output_tps +-0.5%", "user_tps +-12.5%"}) {
    const auto goals = ParsePrecisionGoals(text);
    ASSERT_TRUE(goals.ok()) << goals.status();
    EXPECT_EQ(GoalText(goals->front()), text);
  }
}

TEST(PrecisionGoalsTest, WhatIsNoneIsRefusedWithItsPlace) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("need the key of a figure"));
  EXPECT_THAT(ErrorOf("ttft_p99"), HasSubstr("character 9: need +-NUMBER% after the figure"));
  EXPECT_THAT(ErrorOf("ttft_p99 <= 5%"), HasSubstr("character 10: need +-NUMBER%"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-5"), HasSubstr("+-5: need +-NUMBER%"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-5ms"), HasSubstr("need +-NUMBER%"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-0%"), HasSubstr("need more than 0 and less than 100 %"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-nan%"), HasSubstr("need more than 0"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-100%"), HasSubstr("less than 100 %"));
  EXPECT_THAT(ErrorOf("tttft +-5%"), HasSubstr("there is no figure tttft"));
  EXPECT_THAT(ErrorOf("ttft_p96 +-5%"), HasSubstr("there is no quantile p96"));
  EXPECT_THAT(ErrorOf("ttft_p99 +-5%,"), HasSubstr("nothing after the last comma"));
}

TEST(PrecisionGoalsTest, AFigureWithoutIntervalsIsRefused) {
  EXPECT_THAT(ErrorOf("failed +-5%"), HasSubstr("failed has no interval while a run goes on"));
  EXPECT_THAT(ErrorOf("step_latency_p99 +-5%"), HasSubstr("step_latency_ms has no interval"));
  EXPECT_THAT(ErrorOf("output_tps_peak +-5%"), HasSubstr("need one of output_tps, requests_per_s"));
}

}  // namespace
}  // namespace specctl
