#include "common/compare/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/compare/run_facts.h"

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

TEST(RequirementTest, WhatNeverHasABoundIsSaidToHaveNone) {
  const auto peak = Only("output_tps_peak", "value", {.value = 50, .spread = {}});
  EXPECT_EQ(DecideOne("output_tps_peak >= 1", peak, peak).reason,
            "50.0 has no 95 % bound: it is the largest of all seconds, and an extreme never has "
            "one; take output_tps");
  const FigureName& fact = RunFacts().back();
  const Condition of_servers{.figure = &fact, .statistic = FindStatistic("mean")};
  const MeasuredFigures facts = {
      {.figure = &fact, .statistics = {{.key = "mean", .measured = {.value = 50}}}}};
  EXPECT_THAT(Decide(of_servers, CompareFigures(facts, facts)).reason,
              HasSubstr("it is the servers' own figure, of which no run shows the error"));
  // No condition can name it; a caller may.
  const Condition max{.figure = FindFigure("ttft_ms"), .statistic = FindStatistic("max")};
  const auto ttft = Only("ttft_ms", "max", {.value = 50, .spread = {}});
  EXPECT_THAT(Decide(max, CompareFigures(ttft, ttft)).reason,
              HasSubstr("the max is an extreme, which never has one; take a quantile"));
}

TEST(RequirementTest, APercentageOfNothingSaysSo) {
  const Decision decision = Throughput("output_tps >= -3%", Known(0, 0), Known(98, 1));
  EXPECT_FALSE(decision.holds);
  EXPECT_EQ(decision.reason, "the figure has no 95 % bound: a percentage needs both runs' above 0");
}

// Runs whose ttft_ms have so many values, without a spread.
class FewValuesTest : public ::testing::Test {
 protected:
  std::string ReasonOf(std::string_view text, uint64_t in_a, uint64_t in_b) {
    RunSample a, b;
    a.name = "runs/a";
    b.name = "runs/b";
    a.results.headline.latency.ttft_ms = Distribution{.count = in_a, .p50 = 1, .p99 = 1};
    b.results.headline.latency.ttft_ms = Distribution{.count = in_b, .p50 = 1, .p99 = 1};
    const MeasuredRun of_a = MeasureRun(a), of_b = MeasureRun(b);
    const auto conditions = ParseConditions(text);
    EXPECT_TRUE(conditions.ok()) << conditions.status();
    Decision decision = Decide(conditions->front(), CompareFigures(of_a.figures, of_b.figures));
    ExplainFewValues(conditions->front(), of_a, of_b, decision);
    EXPECT_FALSE(decision.holds);
    return decision.reason;
  }
};

TEST_F(FewValuesTest, TheReasonHasWhatIsNeededAndWhatThereIs) {
  EXPECT_EQ(ReasonOf("ttft_p99 <= 2s", 5, 400),
            "1.00 has no 95 % bound: p99 needs 1,000 requests, runs/b has 400");
  EXPECT_EQ(ReasonOf("ttft_p99 <= 3%", 5, 4000),
            "0.00 % has no 95 % bound: p99 needs 1,000 requests, runs/a has 5");
  // It has enough of them: the stretches of time are too few.
  EXPECT_THAT(ReasonOf("ttft_p99 <= 2s", 5, 4000), HasSubstr("not enough was measured"));
  EXPECT_THAT(ReasonOf("ttft <= 2s", 5, 400), HasSubstr("not enough was measured"));
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
    sample_.results.targets.emplace_back().identity.draft_length = 3;
    sample_.name = "runs/b";
    run_.sample = &sample_;
    run_.figures = Only("per_draft", "value", Known(2.6, 0.02));
    run_.slices = {{.by = Dimension::kCategory,
                    .key = "coding",
                    .figures = Only("per_draft", "value", Known(3.1, 0.02))}};
  }
  std::vector<Decision> Decided(const std::string& text) {
    const auto floors = ParseAcceptanceFloors("al.yaml", text, {});
    EXPECT_TRUE(floors.ok()) << floors.status();
    return DecideFloors(*floors, run_);
  }

  RunSample sample_;
  MeasuredRun run_;
};

TEST_F(FloorsTest, ACategoryIsDecidedAtItsOwnLowerBound) {
  const auto decisions = Decided("coding: {3: 3.05, 5: 9}\nall: {3: 2.59}");
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_TRUE(decisions[0].holds);
  EXPECT_EQ(decisions[0].term, "coding: acceptance length per draft >= 3.05 at draft length 3");
  EXPECT_FALSE(decisions[1].holds) << "2.6 may be 2.567";
  EXPECT_EQ(decisions[1].reason, "2.600, lower 95 % bound 2.567, beyond the limit 2.590");
}

// Other runs are still compared: one that a file does not fit fails its own gate.
TEST_F(FloorsTest, WhatCantBeLookedUpFailsAndNamesRunAndFile) {
  const auto reason_of = [&](const std::string& text) {
    const auto decisions = Decided(text);
    EXPECT_EQ(decisions.size(), 1u);
    EXPECT_FALSE(decisions.front().holds);
    EXPECT_FALSE(decisions.front().limit);
    return decisions.front().reason;
  };
  EXPECT_EQ(reason_of("coding: {5: 2}"),
            "al.yaml:1: no floor for coding at draft length 3, which runs/b has");
  EXPECT_EQ(reason_of("maths: {3: 2}"),
            "al.yaml:1: runs/b has no category maths; \"all\" is the whole run");
  sample_.results.targets.emplace_back().identity.draft_length = 5;
  EXPECT_EQ(reason_of("coding: {3: 2}"),
            "the targets of runs/b have different draft lengths (3, 5), and the floors of al.yaml "
            "are by draft length");
  sample_.results.targets.clear();
  EXPECT_EQ(reason_of("coding: {3: 2}\nmath: {3: 2}"),
            "the draft length of runs/b is unknown (no server of it reports one), and the floors "
            "of al.yaml are by draft length");
}

TEST_F(FloorsTest, AFileWithoutTheRunsModelFailsAndAMalformedOneIsAnError) {
  const auto decisions = DecideFloorsFile("al.yaml", "llama:\n  thinking_off: {3: 2}\n", run_);
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  ASSERT_EQ(decisions->size(), 1u);
  EXPECT_FALSE(decisions->front().holds);
  EXPECT_EQ(decisions->front().term, "@al.yaml");
  EXPECT_THAT(decisions->front().reason,
              HasSubstr("runs/b: al.yaml:1: has no floors for the run's model"));
  sample_.results.targets[0].model = "llama";
  const auto held = DecideFloorsFile("al.yaml", "llama:\n  thinking_off: {3: 2}\n", run_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_TRUE(held->front().holds);
  EXPECT_TRUE(absl::IsInvalidArgument(DecideFloorsFile("al.yaml", "a", run_).status()));
}

TEST_F(FloorsTest, AcceptanceThatNoDraftTellsDoesNotHold) {
  run_.slices[0].figures.clear();
  const auto decisions = Decided("coding: {3: 2}");
  EXPECT_FALSE(decisions.front().holds);
  EXPECT_THAT(decisions.front().reason, HasSubstr("--per-request-spec-decode-metrics"));
}

}  // namespace
}  // namespace specctl
