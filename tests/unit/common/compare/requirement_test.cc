#include "common/compare/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

Measured Known(double value, double error) {
  return {.value = value, .spread = Spread{.below = error, .above = error, .degrees = 1e9}};
}

MeasuredFigures Only(std::string_view key, std::string_view statistic, const Measured& measured) {
  return {{.figure = FindFigure(key), .statistics = {{.key = statistic, .measured = measured}}}};
}

Decision DecideOne(std::string_view text, const MeasuredFigures& a, const MeasuredFigures& b) {
  const auto conditions = ParseConditions(text);
  EXPECT_TRUE(conditions.ok()) << conditions.status();
  return Decide(conditions->front(), CompareFigures(a, b));
}

Decision Throughput(std::string_view text, const Measured& a, const Measured& b) {
  return DecideOne(text, Only("output_tps", "value", a), Only("output_tps", "value", b));
}

// The bound on the bad side decides, not the value: 98 against 100 is -2 %, and may be -4 %.
TEST(RequirementTest, APercentageIsDecidedAtItsLowerBound) {
  EXPECT_TRUE(Throughput("output_tps >= -3%", Known(100, 0.2), Known(98, 0.2)).holds);
  const Decision decision = Throughput("output_tps >= -3%", Known(100, 1), Known(98, 1));
  EXPECT_FALSE(decision.holds);
  EXPECT_NEAR(*decision.value, -0.02, 1e-9);
  EXPECT_NEAR(*decision.bound, 0.98 * std::exp(-kZ95 * std::hypot(0.01, 1 / 98.0)) - 1, 1e-9);
  EXPECT_EQ(decision.reason, "-2.00 %, lower 95 % bound -4.28 %, beyond the limit -3.00 %");
}

TEST(RequirementTest, TheGoodSideDoesNotMatter) {
  EXPECT_TRUE(Throughput("output_tps >= -3%", Known(100, 1), Known(200, 30)).holds);
}

TEST(RequirementTest, AnAbsoluteLimitIsOfTheSecondRunAlone) {
  EXPECT_TRUE(Throughput("output_tps >= 95", Known(1, 1), Known(98, 1)).holds);
  EXPECT_FALSE(Throughput("output_tps >= 97", Known(1, 1), Known(98, 1)).holds);
  EXPECT_NEAR(*Throughput("output_tps >= 97", Known(1, 1), Known(98, 1)).bound, 98 - kZ95, 1e-9);
}

TEST(RequirementTest, AnUpperLimitIsDecidedAtTheUpperBound) {
  const auto ttft = [](double value, double error) {
    return Only("ttft_ms", "p95", Known(value, error));
  };
  EXPECT_TRUE(DecideOne("ttft_p95 <= 2s", ttft(1, 1), ttft(1900, 50)).holds);
  EXPECT_FALSE(DecideOne("ttft_p95 <= 2s", ttft(1, 1), ttft(1950, 50)).holds);
  EXPECT_FALSE(DecideOne("ttft_p95 <= +3%", ttft(1900, 50), ttft(1900, 50)).holds);
  EXPECT_TRUE(DecideOne("ttft_p95 <= +3%", ttft(1900, 5), ttft(1900, 5)).holds);
}

TEST(RequirementTest, WhatHasNoBoundDoesNotHold) {
  const Decision decision = Throughput("output_tps >= 1", Known(1, 1), {.value = 50, .spread = {}});
  EXPECT_FALSE(decision.holds);
  EXPECT_EQ(decision.reason, "50.0 has no 95 % bound: not enough was measured to decide it");
}

TEST(RequirementTest, AnAbsentFigureDoesNotHold) {
  const MeasuredFigures tps = Only("output_tps", "value", Known(1, 1));
  EXPECT_EQ(DecideOne("ttft <= 1s", tps, tps).reason, "ttft_ms is absent in this run");
  EXPECT_EQ(DecideOne("output_tps >= -3%", {}, tps).reason,
            "output_tps is absent in the first run");
}

class FloorsTest : public ::testing::Test {
 protected:
  FloorsTest() {
    sample_.results.targets.emplace_back().draft_length = 3;
    run_.sample = &sample_;
    run_.figures = Only("per_draft", "value", Known(2.6, 0.02));
    run_.slices = {{.by = Dimension::kCategory,
                    .key = "coding",
                    .figures = Only("per_draft", "value", Known(3.1, 0.02))}};
  }
  absl::StatusOr<std::vector<Decision>> Decided(const std::string& text) {
    const auto floors = ParseAcceptanceFloors("al.yaml", text, {});
    EXPECT_TRUE(floors.ok()) << floors.status();
    return DecideFloors(*floors, run_);
  }

  RunSample sample_;
  MeasuredRun run_;
};

TEST_F(FloorsTest, ACategoryIsDecidedAtItsOwnLowerBound) {
  const auto decisions = Decided("coding: {3: 3.05, 5: 9}\nall: {3: 2.59}");
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  ASSERT_EQ(decisions->size(), 2u);
  EXPECT_TRUE((*decisions)[0].holds);
  EXPECT_EQ((*decisions)[0].term, "coding: acceptance length per draft >= 3.05 at draft length 3");
  EXPECT_FALSE((*decisions)[1].holds) << "2.6 may be 2.567";
  EXPECT_EQ((*decisions)[1].reason, "2.600, lower 95 % bound 2.567, beyond the limit 2.590");
}

TEST_F(FloorsTest, WhatCantBeLookedUpIsAnError) {
  EXPECT_THAT(std::string(Decided("coding: {5: 2}").status().message()),
              HasSubstr("al.yaml:1: no floor for coding at the run's draft length 3"));
  EXPECT_THAT(std::string(Decided("maths: {3: 2}").status().message()),
              HasSubstr("al.yaml:1: the run has no category maths"));
  sample_.results.targets[0].draft_length.reset();
  EXPECT_THAT(std::string(Decided("coding: {3: 2}").status().message()),
              HasSubstr("draft length is unknown"));
}

TEST_F(FloorsTest, AcceptanceThatNoDraftTellsDoesNotHold) {
  run_.slices[0].figures.clear();
  const auto decisions = Decided("coding: {3: 2}");
  ASSERT_TRUE(decisions.ok());
  EXPECT_FALSE(decisions->front().holds);
  EXPECT_THAT(decisions->front().reason, HasSubstr("--per-request-spec-decode-metrics"));
}

}  // namespace
}  // namespace specctl
