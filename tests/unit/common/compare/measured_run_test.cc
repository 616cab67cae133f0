#include "common/compare/measured_run.h"

#include <gtest/gtest.h>

#include "common/figures/quantile_need.h"
#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

const Measured* Find(const MeasuredRun& run, std::string_view figure, std::string_view statistic) {
  const MeasuredFigure* found = FindMeasured(run.figures, figure);
  const MeasuredStatistic* measured = found == nullptr ? nullptr : found->Find(statistic);
  return measured == nullptr ? nullptr : &measured->measured;
}

TEST(MeasuredRunTest, ValuesAreThoseOfThePage) {
  const RunSample sample = SteadyRun({});
  const MeasuredRun run = MeasureRun(sample);
  const FigureSet& headline = sample.results.headline;
  EXPECT_EQ(Find(run, "output_tps", "value")->value, headline.throughput.output_tps->value);
  EXPECT_EQ(Find(run, "ttft_ms", "p90")->value, headline.latency.ttft_ms->p90);
  EXPECT_EQ(Find(run, "output_tokens", "mean")->value,
            sample.results.whole_run.length.output_tokens->mean);
  EXPECT_EQ(Find(run, "source", "value"), nullptr) << "a word is no number";
}

TEST(MeasuredRunTest, EstimatesMeansAndQuantilesHaveASpread) {
  const RunSample sample = SteadyRun({});
  const MeasuredRun run = MeasureRun(sample);
  for (const auto& [figure, statistic] :
       {std::pair("output_tps", "value"), std::pair("requests_per_s", "value"),
        std::pair("ttft_ms", "mean"), std::pair("ttft_ms", "p50"), std::pair("ttft_ms", "p90"),
        std::pair("step_latency_ms", "p99"), std::pair("user_tps", "p10")}) {
    const Measured* measured = Find(run, figure, statistic);
    ASSERT_NE(measured, nullptr) << figure;
    ASSERT_TRUE(measured->spread) << figure << " " << statistic;
    EXPECT_GT(measured->spread->below, 0) << figure << " " << statistic;
  }
}

// Some 200 requests: two lie beyond the 99th percentile.
TEST(MeasuredRunTest, AQuantileOfTooFewRequestsHasNone) {
  const RunSample sample = SteadyRun({});
  const MeasuredRun run = MeasureRun(sample);
  ASSERT_LT(sample.results.headline.latency.ttft_ms->count, 1000u);
  EXPECT_FALSE(Find(run, "ttft_ms", "p99")->spread);
  EXPECT_FALSE(Find(run, "ttft_ms", "max")->spread);
  EXPECT_FALSE(Find(run, "output_tps_peak", "value")->spread) << "an extreme";
}

TEST(MeasuredRunTest, StampsThatAreUncertainWidenTheSpread) {
  const RunSample sample = SteadyRun({});
  const MeasuredRun run = MeasureRun(sample);
  EXPECT_EQ(Find(run, "ttft_ms", "p50")->spread->bound,
            sample.results.headline.latency.ttft_ms->error->p50);
}

// A tenth of the prompts is cold: the 90th percentile is some 57 ms or some 120 ms, by chance, and
// leaving out a single stretch often leaves it where it is.
TEST(MeasuredRunTest, AQuantileAtAGapIsAsUncertainAsTheGapIsWide) {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const RunSample sample = SteadyRun({.seed = seed, .seconds = 30, .bs = 8, .cold_share = 0.1});
    const MeasuredRun run = MeasureRun(sample);
    const Measured* p90 = Find(run, "ttft_ms", "p90");
    ASSERT_TRUE(p90 != nullptr && p90->spread);
    // To the side of the gap: the other may be well known.
    EXPECT_GT(p90->value < 90 ? p90->spread->above : p90->spread->below, 5)
        << "seed " << seed << ": " << p90->value;
    EXPECT_LT(Find(run, "ttft_ms", "p50")->spread->below, 2) << "no gap is near";
  }
}

TEST(MeasuredRunTest, WithoutAHoldNothingHasASpreadFromTime) {
  const RunSample sample = SteadyRun({.seconds = 2});
  const MeasuredRun run = MeasureRun(sample);
  EXPECT_FALSE(Find(run, "ttft_ms", "mean")->spread);
  EXPECT_FALSE(Find(run, "output_tps", "value")->spread);
  EXPECT_FALSE(Find(run, "user_tps_mean", "value")->spread)
      << "its own is of requests, not of time";
}

TEST(MeasuredRunTest, SlicesAreByWhatRunsShare) {
  const RunSample sample = SteadyRun({});
  const MeasuredRun run = MeasureRun(sample);
  std::vector<std::string> named;
  for (const MeasuredSlice& slice : run.slices)
    named.push_back(std::string(DimensionName(slice.by)) + " " + slice.key);
  const std::vector<std::string> expected = {"category coding", "category math",
                                             "target http://vllm:8000"};
  EXPECT_EQ(named, expected);
  const MeasuredFigure* ttft = FindMeasured(run.slices[0].figures, "ttft_ms");
  ASSERT_NE(ttft, nullptr);
  EXPECT_TRUE(ttft->statistics.front().measured.spread);
}

bool HasSpreadOf(const Statistic& statistic, uint64_t count) {
  FigureSet set;
  set.latency.ttft_ms = Distribution{.count = count};
  const std::vector<FigureSet> without(10, set);
  const MeasuredFigures figures = MeasureFigures(set, {.without_each = without, .halves = {}});
  return FindMeasured(figures, "ttft_ms")->Find(statistic.key)->measured.spread.has_value();
}

// What is said to be needed must be what measuring goes by.
TEST(MeasuredRunTest, AQuantileHasASpreadFromWhatItNeedsOn) {
  for (const Statistic& statistic : Statistics()) {
    const std::optional<uint64_t> needed = ValuesNeeded(statistic.key);
    if (!needed) continue;
    EXPECT_FALSE(HasSpreadOf(statistic, *needed - 1)) << statistic.key;
    EXPECT_TRUE(HasSpreadOf(statistic, *needed + 1)) << statistic.key;
  }
}

}  // namespace
}  // namespace specctl::testing
