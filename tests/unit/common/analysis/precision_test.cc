#include "common/analysis/precision.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/figures/catalogue.h"

namespace specctl {
namespace {

FigureSet Figures() {
  FigureSet figures;
  figures.throughput.output_tps = Estimate{.value = 1000, .low = 960, .high = 1030};
  Distribution ttft;
  ttft.count = 5'000;
  ttft.mean = 100;
  ttft.p99 = 400;
  ttft.intervals.emplace();
  ttft.intervals->p99 = {.low = 380, .high = 440};
  ttft.intervals->mean = {.low = 99, .high = std::nullopt};
  figures.latency.ttft_ms = ttft;
  return figures;
}

TEST(PrecisionTest, TheFartherEndCounts) {
  EXPECT_DOUBLE_EQ(HalfWidthShare(Figures(), {"output_tps", "value", 0.05}).value(), 0.04);
  EXPECT_DOUBLE_EQ(HalfWidthShare(Figures(), {"ttft_ms", "p99", 0.05}).value(), 0.1);
}

TEST(PrecisionTest, WhatLacksAnEndHasNone) {
  EXPECT_FALSE(HalfWidthShare(Figures(), {"ttft_ms", "mean", 0.05})) << "a bound";
  EXPECT_FALSE(HalfWidthShare(Figures(), {"ttft_ms", "p50", 0.05})) << "not a bound even";
  EXPECT_FALSE(HalfWidthShare(Figures(), {"itl_ms", "p50", 0.05})) << "absent";
  EXPECT_FALSE(HalfWidthShare(Figures(), {"no_such", "p50", 0.05}));
  FigureSet figures = Figures();
  figures.throughput.output_tps->value = 0;
  EXPECT_FALSE(HalfWidthShare(figures, {"output_tps", "value", 0.05}));
  figures = Figures();
  figures.throughput.output_tps->high = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(HalfWidthShare(figures, {"output_tps", "value", 0.05}));
}

TEST(PrecisionTest, AQuantileMayLackValues) {
  FigureSet figures = Figures();
  EXPECT_FALSE(ShortageOf(figures, {"ttft_ms", "p99", 0.05})) << "it has its interval";
  figures.latency.ttft_ms->intervals->p99.high.reset();
  figures.latency.ttft_ms->intervals->effective = 400;
  const IntervalShortage shortage = ShortageOf(figures, {"ttft_ms", "p99", 0.05}).value();
  EXPECT_EQ(shortage.effective, 400);
  EXPECT_EQ(shortage.needed, 1'000);
  EXPECT_FALSE(ShortageOf(figures, {"ttft_ms", "mean", 0.05}));
  EXPECT_FALSE(ShortageOf(figures, {"output_tps", "value", 0.05}));
  figures.latency.ttft_ms->intervals->effective = 2'000;
  EXPECT_FALSE(ShortageOf(figures, {"ttft_ms", "p99", 0.05})) << "it lacks it for another reason";
}

TEST(PrecisionTest, EachNamedFigureIsOfTheCatalogue) {
  for (const std::string_view key : FiguresWithIntervals()) {
    ASSERT_NE(FindFigure(key), nullptr) << key;
    const FigureKind kind = FindFigure(key)->kind;
    EXPECT_TRUE(kind == FigureKind::kEstimate || kind == FigureKind::kDistribution) << key;
  }
}

}  // namespace
}  // namespace specctl
