#include "common/compare/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

Condition One(std::string_view text) {
  const auto conditions = ParseConditions(text);
  EXPECT_TRUE(conditions.ok()) << conditions.status();
  EXPECT_EQ(conditions->size(), 1u);
  return conditions->front();
}

std::string ConditionErrorOf(std::string_view text) {
  const auto conditions = ParseConditions(text);
  EXPECT_FALSE(conditions.ok()) << text;
  EXPECT_TRUE(absl::IsInvalidArgument(conditions.status()));
  return std::string(conditions.status().message());
}

TEST(ConditionTest, APercentageIsOfTheFirstRun) {
  const Condition condition = One("output_tps >= -3%");
  EXPECT_EQ(condition.figure->key, "output_tps");
  EXPECT_EQ(condition.statistic_key(), "value");
  EXPECT_TRUE(condition.at_least);
  EXPECT_TRUE(condition.relative);
  EXPECT_DOUBLE_EQ(condition.limit, -0.03);
  EXPECT_DOUBLE_EQ(One("output_tps>=+5 %").limit, 0.05);
}

TEST(ConditionTest, AQuantileIsASuffixAndNoneIsTheMean) {
  EXPECT_EQ(One("ttft_ms_p95 <= 2000").statistic_key(), "p95");
  EXPECT_EQ(One("ttft_ms <= 2000").statistic_key(), "mean");
  EXPECT_EQ(One("user_tps_p10 >= 30").statistic_key(), "p10");
  EXPECT_EQ(One("user_tps_p10 >= 30").figure->key, "user_tps");
  EXPECT_EQ(One("output_tps_per_gpu >= 30").figure->key, "output_tps_per_gpu");
}

TEST(ConditionTest, UnitsAreConvertedToTheFigures) {
  EXPECT_DOUBLE_EQ(One("ttft_p95 <= 2s").limit, 2000);
  EXPECT_DOUBLE_EQ(One("ttft_p95 <= 2 s").limit, 2000);
  EXPECT_DOUBLE_EQ(One("ttft_p95 <= 250us").limit, 0.25);
  EXPECT_DOUBLE_EQ(One("ttft_p95 <= 250ms").limit, 250);
  EXPECT_DOUBLE_EQ(One("ttft_p95 <= 250").limit, 250);
  EXPECT_DOUBLE_EQ(One("user_tps >= 30tps").limit, 30);
  EXPECT_DOUBLE_EQ(One("requests_per_s >= 2.5/s").limit, 2.5);
  EXPECT_DOUBLE_EQ(One("per_step >= 2.5").limit, 2.5);
}

TEST(ConditionTest, TheUnitOfAKeyMayBeLeftOut) {
  EXPECT_EQ(One("ttft <= 2s").figure->key, "ttft_ms");
  EXPECT_EQ(One("itl_p99 <= 40ms").figure->key, "itl_ms");
}

TEST(ConditionTest, ACommaIsAnd) {
  const auto conditions = ParseConditions(" output_tps >= -3% , ttft_p95<=2s,user_tps_p10 >= 30 ");
  ASSERT_TRUE(conditions.ok()) << conditions.status();
  ASSERT_EQ(conditions->size(), 3u);
  EXPECT_EQ((*conditions)[0].text, "output_tps >= -3%");
  EXPECT_EQ((*conditions)[1].text, "ttft_p95<=2s");
  EXPECT_FALSE((*conditions)[1].at_least);
}

TEST(ConditionTest, ErrorsNameThePieceAndItsPlace) {
  EXPECT_EQ(ConditionErrorOf("output_tsp >= 3"),
            "condition \"output_tsp >= 3\", character 1: there is no figure output_tsp: did you "
            "mean output_tps?; docs/metrics.md lists them");
  EXPECT_EQ(ConditionErrorOf("output_tps >= 3, ttft_p95 <= 2 parsecs"),
            "condition \"ttft_p95 <= 2 parsecs\", character 32: parsecs is not a unit of ttft_ms: "
            "need ms, s, us, min, %, or none");
  EXPECT_THAT(ConditionErrorOf("ttft_p95 2s"),
              HasSubstr("character 10: need >= or <= after ttft_p95"));
  EXPECT_THAT(ConditionErrorOf("ttft_p95 == 2s"), HasSubstr("need >= or <="));
  EXPECT_THAT(ConditionErrorOf("ttft_p95 > 2s"), HasSubstr("need >= or <="));
  EXPECT_THAT(ConditionErrorOf("ttft_p95"), HasSubstr("need >= or <="));
  EXPECT_THAT(ConditionErrorOf("ttft_p42 <= 2s"),
              HasSubstr("there is no quantile p42: need one of p1, p5, p10"));
  EXPECT_THAT(ConditionErrorOf("output_tps_p95 >= 2"), HasSubstr("output_tps has no quantiles"));
  EXPECT_THAT(ConditionErrorOf("source >= 2"), HasSubstr("source is not a number"));
  EXPECT_THAT(ConditionErrorOf("ttft <= "), HasSubstr("need a number"));
  EXPECT_THAT(ConditionErrorOf("ttft <= fast"), HasSubstr("fast is not a number"));
  EXPECT_THAT(ConditionErrorOf("ttft <= inf"), HasSubstr("inf is not a number"));
  EXPECT_THAT(ConditionErrorOf("ttft <= 1e308s"), HasSubstr("too large for ttft_ms"));
  EXPECT_THAT(ConditionErrorOf("ttft <= +-3"), HasSubstr("is not a number"));
  EXPECT_THAT(ConditionErrorOf("output_tps >= 1,000"), HasSubstr("condition \"000\""));
  EXPECT_THAT(ConditionErrorOf(""), HasSubstr("need the key of a figure"));
  EXPECT_THAT(ConditionErrorOf("ttft <= 2s,"),
              HasSubstr("conditions \"ttft <= 2s,\", character 11: nothing after the last comma"));
  EXPECT_THAT(ConditionErrorOf("ttft <= 2s , "), HasSubstr("nothing after the last comma"));
  EXPECT_THAT(ConditionErrorOf(",ttft <= 2s"), HasSubstr("need the key of a figure"));
  EXPECT_THAT(ConditionErrorOf("per_step >= 2s"),
              HasSubstr("s is not a unit of per_step: need %, or none"));
}

TEST(ConditionTest, WhatWasTypedReachesNoTerminal) {
  EXPECT_THAT(ConditionErrorOf("ttft <= \x1b[31m2"), HasSubstr("?[31m2"));
}

TEST(ConditionTest, OtherFiguresMayBeNamedWhereTheyAreGiven) {
  static constexpr FigureName kOthers[] = {
      {"speedup", "speedup", Unit::kShare, FigureKind::kEstimate, Better::kUp}};
  const auto conditions = ParseConditions("speedup >= 1.1, output_tps >= 5", kOthers);
  ASSERT_TRUE(conditions.ok()) << conditions.status();
  EXPECT_EQ((*conditions)[0].figure, &kOthers[0]);
  EXPECT_EQ((*conditions)[0].statistic_key(), "value");
  EXPECT_EQ((*conditions)[1].figure->key, "output_tps");
  EXPECT_FALSE(ParseConditions("speedup >= 1.1").ok()) << "elsewhere there is none";
}

}  // namespace
}  // namespace specctl
