#include "common/planning/slo_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/planning/load_fit.h"
#include "tests/unit/common/planning/answered_sweep.h"

namespace specctl::testing {
namespace {

using ::testing::HasSubstr;

class SloAnswerTest : public AnsweredSweep {
 protected:
  SloAnswerTest() {
    made_.AddTarget({.name = "off"});
    made_.AddDataset("throughput_1k", 1000);
  }
  // TTFT p95 in ms, with a standard error of 10.
  HandMadePoint AddPoint(double bs, double ttft_ms, double error = 10) {
    return made_.AddPoint("off", bs)
        .Set("ttft_ms", "p95", ttft_ms, error)
        .Set("output_tps", "value", bs * 20, 1);
  }
};

TEST_F(SloAnswerTest, IsTheHighestLoadAtWhichItAndEveryLowerOnePass) {
  AddPoint(1, 100);
  AddPoint(4, 200);
  AddPoint(16, 900);  // fails
  AddPoint(64, 300);  // passes by itself
  const SloAnswer answer = Answer("ttft_p95 <= 500ms");
  EXPECT_EQ(answer.kind, AnswerKind::kBetween);
  EXPECT_EQ(answer.point->key.load.level, 4);
  EXPECT_THAT(answer.reason, HasSubstr("bs 16 ttft_p95 <= 500ms: 900, upper 95 % bound 916"));
}

TEST_F(SloAnswerTest, EachTermIsDecidedAtItsBoundOnTheBadSide) {
  AddPoint(1, 100);
  AddPoint(4, 490, 10);  // 490 + 1.645 * 10 is above 500
  EXPECT_EQ(Answer("ttft_p95 <= 500ms").point->key.load.level, 1);
  EXPECT_EQ(Answer("ttft_p95 <= 507ms").point->key.load.level, 4);
  // At least 79 with an error of 1: the lower bound is 78.4.
  EXPECT_EQ(Answer("output_tps >= 78").kind, AnswerKind::kNone) << "at bs 1 it is 20";
}

TEST_F(SloAnswerTest, AllTermsMustHold) {
  AddPoint(1, 100);
  AddPoint(4, 200);
  const SloAnswer answer = Answer("ttft_p95 <= 500ms, output_tps >= 50");
  EXPECT_EQ(answer.kind, AnswerKind::kNone);
  EXPECT_EQ(answer.point, nullptr);
  EXPECT_THAT(answer.reason, HasSubstr("bs 1 output_tps >= 50: 20"));
}

TEST_F(SloAnswerTest, WhereAllPassItIsAtLeastTheLast) {
  AddPoint(1, 100);
  AddPoint(4, 200);
  const SloAnswer answer = Answer("ttft_p95 <= 500ms");
  EXPECT_EQ(answer.kind, AnswerKind::kAtLeast);
  EXPECT_EQ(answer.point->key.load.level, 4);
  EXPECT_FALSE(answer.extrapolated);
}

TEST_F(SloAnswerTest, WhatIsNotUsableDoesNotPass) {
  AddPoint(1, 100);
  AddPoint(4, 110).Label("unstable");
  EXPECT_EQ(Answer("ttft_p95 <= 500ms").point->key.load.level, 1);
  HandMadePoint skipped = AddPoint(2, 100);
  skipped->state = PointState::kSkipped;
  skipped->reason = "over-saturated at bs 1";
  const SloAnswer answer = Answer("ttft_p95 <= 500ms");
  EXPECT_EQ(answer.point->key.load.level, 1);
  EXPECT_EQ(answer.reason, "bs 2 was skipped: over-saturated at bs 1");
  EXPECT_EQ(answer.why_no_fit, "the next point is not usable");
}

TEST_F(SloAnswerTest, AnAbsentFigureOrOneWithoutABoundDoesNotPass) {
  AddPoint(1, 100);
  EXPECT_THAT(Answer("itl_p99 <= 5ms").reason, HasSubstr("itl_ms is absent"));
  made_.AddPoint("off", 1).Set("ttft_ms", "p99", 100, -1);
  EXPECT_THAT(Answer("ttft_p99 <= 5s").reason,
              HasSubstr("no 95 % bound: not enough was measured to decide it (p99 needs as "
                        "much as 1,000 independent requests tell: measure longer)"));
}

TEST_F(SloAnswerTest, APointTooShortToDecideIsPassedOverBelowOneThatPasses) {
  AddPoint(1, 90, -1);
  AddPoint(4, 100);
  AddPoint(16, 120, -1);
  const SloAnswer answer = Answer("ttft_p95 <= 500ms");
  EXPECT_EQ(answer.kind, AnswerKind::kBetween) << "bs 16 is not shown to pass";
  EXPECT_EQ(answer.point->key.load.level, 4);
  ASSERT_EQ(answer.undecided.size(), 1u);
  EXPECT_EQ(answer.undecided[0]->key.load.level, 1);
}

TEST_F(SloAnswerTest, APointThatIsSeenToFailIsNotPassedOver) {
  AddPoint(1, 900, -1);
  AddPoint(4, 100);
  const SloAnswer answer = Answer("ttft_p95 <= 500ms");
  EXPECT_EQ(answer.kind, AnswerKind::kNone);
  EXPECT_TRUE(answer.undecided.empty());
}

TEST_F(SloAnswerTest, WhereNothingIsDecidedThereIsNoAnswer) {
  AddPoint(1, 90, -1);
  EXPECT_EQ(Answer("ttft_p95 <= 500ms").kind, AnswerKind::kNone);
}

TEST_F(SloAnswerTest, AFitTellsWhereTheLimitIsMet) {
  AddPoint(10, 100);
  AddPoint(20, 200);
  AddPoint(30, 300);
  AddPoint(40, 400);
  // The bounds are 16.4 above: 316.4 at bs 30 and 416.4 at bs 40.
  const SloAnswer answer = Answer("ttft_p95 <= 350ms");
  EXPECT_EQ(answer.point->key.load.level, 30);
  ASSERT_TRUE(answer.fitted);
  EXPECT_NEAR(*answer.fitted, 33.355, 0.001);
}

TEST_F(SloAnswerTest, NoFitGoesAcrossACliff) {
  AddPoint(10, 100);
  AddPoint(20, 200);
  AddPoint(30, 300);
  AddPoint(40, 900).Label("cliff");
  const SloAnswer answer = Answer("ttft_p95 <= 350ms");
  EXPECT_EQ(answer.point->key.load.level, 30);
  EXPECT_FALSE(answer.fitted);
  EXPECT_EQ(answer.why_no_fit, "a cliff lies there");
}

TEST_F(SloAnswerTest, NoFitOfPointsThatContradictIt) {
  AddPoint(10, 300);
  AddPoint(20, 100);  // 200 below, with an error of 10
  AddPoint(30, 320);
  AddPoint(40, 900);
  const SloAnswer answer = Answer("ttft_p95 <= 350ms");
  EXPECT_FALSE(answer.fitted);
  EXPECT_EQ(answer.why_no_fit, "the points are not monotone");
}

TEST_F(SloAnswerTest, TwoPointsAreNoFit) {
  AddPoint(10, 100);
  AddPoint(20, 900);
  EXPECT_EQ(Answer("ttft_p95 <= 350ms").why_no_fit, "a fit needs three points in a row");
}

TEST_F(SloAnswerTest, ExtrapolatesOnlyWhereAskedAndToTwiceTheLastLoad) {
  AddPoint(10, 100);
  AddPoint(20, 200);
  AddPoint(30, 300);
  const SloAnswer near = Answer("ttft_p95 <= 400ms", true);
  EXPECT_EQ(near.kind, AnswerKind::kAtLeast);
  ASSERT_TRUE(near.extrapolated);
  EXPECT_NEAR(*near.extrapolated, 38.355, 0.001);
  EXPECT_EQ(Answer("ttft_p95 <= 10s", true).extrapolated, 60);
  EXPECT_FALSE(Answer("ttft_p95 <= 10s", false).extrapolated);
}

TEST_F(SloAnswerTest, RatesThatFallAreFittedDownwards) {
  for (const auto& [bs, tps] : {std::pair(1, 100.0), {2, 90.0}, {3, 80.0}, {4, 60.0}}) {
    made_.AddPoint("off", bs).Set("user_tps", "p10", tps, 1);
  }
  const SloAnswer answer = Answer("user_tps_p10 >= 70");
  EXPECT_EQ(answer.point->key.load.level, 3);
  EXPECT_NEAR(*answer.fitted, 3 + (78.355 - 70) / 20, 0.001);
}

}  // namespace
}  // namespace specctl::testing
