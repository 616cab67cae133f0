#include "common/compare/compared_figures.h"

#include <gtest/gtest.h>

#include "common/compare/run_facts.h"
#include "common/figures/catalogue.h"

namespace specctl {
namespace {

MeasuredFigures Values(const std::vector<std::tuple<std::string_view, double, double>>& figures) {
  MeasuredFigures measured;
  for (const auto& [key, value, error] : figures) {
    Measured number{.value = value, .spread = std::nullopt};
    if (error > 0) number.spread = Spread{.below = error, .above = error, .degrees = 1e9};
    const FigureDefinition* figure = FindFigure(key);
    const bool distribution = figure->kind == FigureKind::kDistribution;
    measured.push_back(
        {.figure = figure,
         .statistics = {{.key = distribution ? "mean" : "value", .measured = number}}});
  }
  return measured;
}

Finding FindingOf(const ComparedFigures& figures, std::string_view key) {
  for (const ComparedFigure& figure : figures) {
    if (figure.figure->key == key) return figure.main().finding;
  }
  ADD_FAILURE() << key;
  return Finding::kNone;
}

TEST(ComparedFiguresTest, EachFigureSaysWhichWayIsBetter) {
  ComparedFigures figures = CompareFigures(
      Values(
          {{"output_tps", 100, 1}, {"ttft_ms", 50, 1}, {"itl_ms", 50, 1}, {"per_step", 2, 0.01}}),
      Values(
          {{"output_tps", 120, 1}, {"ttft_ms", 70, 1}, {"itl_ms", 51, 1}, {"per_step", 3, 0.01}}));
  CallDifferences({&figures});
  EXPECT_EQ(FindingOf(figures, "output_tps"), Finding::kBetter);
  EXPECT_EQ(FindingOf(figures, "ttft_ms"), Finding::kWorse);
  EXPECT_EQ(FindingOf(figures, "itl_ms"), Finding::kNoDifference);
  EXPECT_EQ(FindingOf(figures, "per_step"), Finding::kDifferent);
}

TEST(ComparedFiguresTest, DifferenceAndRatioHaveIntervals) {
  const ComparedFigures figures =
      CompareFigures(Values({{"output_tps", 100, 3}}), Values({{"output_tps", 120, 4}}));
  const ComparedStatistic& main = figures.front().main();
  EXPECT_DOUBLE_EQ(main.difference->value, 20);
  EXPECT_NEAR(*main.difference->low, 20 - kZ975 * 5, 1e-6);
  EXPECT_NEAR(*main.difference->high, 20 + kZ975 * 5, 1e-6);
  EXPECT_DOUBLE_EQ(main.ratio->value, 1.2);
  EXPECT_LT(*main.ratio->low, 1.2);
  EXPECT_GT(*main.ratio->high, 1.2);
}

TEST(ComparedFiguresTest, WithoutAnIntervalNothingIsCalled) {
  ComparedFigures figures =
      CompareFigures(Values({{"output_tps", 100, 0}}), Values({{"output_tps", 200, 4}}));
  CallDifferences({&figures});
  EXPECT_EQ(figures.front().main().finding, Finding::kNone);
  EXPECT_DOUBLE_EQ(figures.front().main().difference->value, 100);
  EXPECT_FALSE(figures.front().main().difference->low);
}

TEST(ComparedFiguresTest, AFigureOfOneRunAloneIsShown) {
  const ComparedFigures figures = CompareFigures(
      Values({{"output_tps", 100, 1}}), Values({{"output_tps", 100, 1}, {"per_step", 2, 1}}));
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_FALSE(figures[1].main().a);
  EXPECT_TRUE(figures[1].main().b);
  EXPECT_FALSE(figures[1].main().difference);
}

// 2.2 standard errors are enough for one figure, and not for the largest of four.
TEST(ComparedFiguresTest, ManyFiguresAreOneFamily) {
  const double apart = 2.2 * std::sqrt(2.0);
  ComparedFigures alone =
      CompareFigures(Values({{"output_tps", 100, 1}}), Values({{"output_tps", 100 + apart, 1}}));
  CallDifferences({&alone});
  EXPECT_EQ(alone.front().main().finding, Finding::kBetter);
  ComparedFigures many = CompareFigures(
      Values({{"output_tps", 100, 1}, {"ttft_ms", 50, 1}, {"itl_ms", 50, 1}, {"per_step", 2, 1}}),
      Values({{"output_tps", 100 + apart, 1},
              {"ttft_ms", 50, 1},
              {"itl_ms", 50, 1},
              {"per_step", 2, 1}}));
  CallDifferences({&many});
  EXPECT_EQ(many.front().main().finding, Finding::kUnclear);
  EXPECT_EQ(FindingOf(many, "itl_ms"), Finding::kNoDifference);
  EXPECT_GT(*many.front().main().difference->low, 0) << "its own interval leaves out 0";
}

TEST(ComparedFiguresTest, TablesShowTheQuantilesThatUsersFeel) {
  const ComparedFigure ttft = {.figure = FindFigure("ttft_ms"), .statistics = {}};
  const ComparedFigure user_tps = {.figure = FindFigure("user_tps"), .statistics = {}};
  EXPECT_TRUE(IsShown(ttft, {.key = "p99"}));
  EXPECT_FALSE(IsShown(ttft, {.key = "p10"}));
  EXPECT_TRUE(IsShown(user_tps, {.key = "p10"}));
  EXPECT_FALSE(IsShown(user_tps, {.key = "p99"}));
}

TEST(ComparedFiguresTest, TablesShowANumberOnceAndFactsWhereTheyDiffer) {
  const ComparedFigure mean = {.figure = FindFigure("user_tps_mean"), .statistics = {}};
  EXPECT_FALSE(IsShown(mean, {.key = "value"})) << "user_tps has it";
  const ComparedFigure failed = {.figure = FindFact("failed"), .statistics = {}};
  EXPECT_FALSE(IsShown(failed, {.key = "value", .a = Measured{2}, .b = Measured{2}}));
  EXPECT_TRUE(IsShown(failed, {.key = "value", .a = Measured{2}, .b = Measured{3}}));
  EXPECT_TRUE(IsShown(failed, {.key = "value", .a = Measured{2}}));
}

}  // namespace
}  // namespace specctl
