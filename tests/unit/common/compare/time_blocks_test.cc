#include "common/compare/time_blocks.h"

#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

TEST(TimeBlocksTest, AHoldIsCutIntoEqualStretches) {
  const RunSample sample = SteadyRun({.seconds = 20});
  const TimeBlocks blocks = BlocksOf(sample);
  EXPECT_EQ(blocks.block_s, 2);
  EXPECT_EQ(blocks.count, sample.results.hold->windows / 2);
  EXPECT_EQ(blocks.At(blocks.start_s), 0u);
  EXPECT_EQ(blocks.At(blocks.start_s + 2), 1u);
  EXPECT_EQ(blocks.At(-5), 0u);
  EXPECT_EQ(blocks.At(10'000), blocks.count - 1);
}

TEST(TimeBlocksTest, ALongHoldHasTwenty) {
  const RunSample sample = SteadyRun({.seconds = 100, .step_ms = 100});
  EXPECT_LE(BlocksOf(sample).count, 20u);
  EXPECT_GE(BlocksOf(sample).count, 16u);
}

// Cells of the step latencies must not grow with what was before the hold.
TEST(TimeBlocksTest, AShortHoldLateInARunHasItsBlocks) {
  const RunSample sample = SteadyRun({.begin_s = 600, .seconds = 630});
  ASSERT_TRUE(sample.results.hold && !sample.results.headline_is_whole_run);
  ASSERT_GE(sample.results.hold->start_s, 600);
  EXPECT_EQ(BlocksOf(sample).block_s, 2);
  EXPECT_GE(BlocksOf(sample).count, 14u);
  const std::vector<FigureSet> without = WithoutEachBlock(sample);
  const uint64_t all = sample.results.headline.latency.step_latency_ms->count;
  uint64_t steps = 0;
  for (const FigureSet& set : without) steps += all - set.latency.step_latency_ms->count;
  EXPECT_EQ(steps, all);
  const MeasuredRun run = MeasureRun(sample);
  for (const std::string_view key : {"ttft_ms", "step_latency_ms"}) {
    EXPECT_TRUE(FindMeasured(run.figures, key)->Find("mean")->measured.spread) << key;
  }
}

TEST(TimeBlocksTest, WithoutAHoldThereIsNone) {
  const RunSample sample = SteadyRun({.seconds = 2});
  EXPECT_EQ(BlocksOf(sample).count, 0u);
  EXPECT_TRUE(WithoutEachBlock(sample).empty());
}

// What is computed without each stretch must be the figures that the fold computes of all.
TEST(TimeBlocksTest, EachFigureIsTheFoldsWithAPartLeftOut) {
  const RunSample sample = SteadyRun({});
  const FigureSet& all = sample.results.headline;
  const std::vector<FigureSet> without = WithoutEachBlock(sample);
  ASSERT_EQ(without.size(), BlocksOf(sample).count);
  uint64_t requests = 0, steps = 0;
  double tps = 0, per_s = 0, total = 0;
  for (const FigureSet& set : without) {
    requests += all.latency.ttft_ms->count - set.latency.ttft_ms->count;
    steps += all.latency.step_latency_ms->count - set.latency.step_latency_ms->count;
    tps += set.throughput.output_tps->value;
    per_s += set.throughput.requests_per_s->value;
    total += set.throughput.total_tps->value;
    ASSERT_TRUE(set.length.output_tokens);
  }
  const auto blocks = static_cast<double>(without.size());
  EXPECT_EQ(requests, all.latency.ttft_ms->count);
  EXPECT_EQ(steps, all.latency.step_latency_ms->count);
  EXPECT_NEAR(tps / blocks, all.throughput.output_tps->value, 1);
  EXPECT_NEAR(per_s / blocks, all.throughput.requests_per_s->value, 0.1);
  EXPECT_NEAR(total / blocks, all.throughput.total_tps->value, 1);
}

TEST(TimeBlocksTest, ASliceHasItsOwnRequests) {
  const RunSample sample = SteadyRun({});
  const SliceFigures* slice = FindSlice(sample.results, Dimension::kCategory, "math");
  ASSERT_NE(slice, nullptr);
  uint64_t requests = 0;
  for (const FigureSet& set : WithoutEachBlock(sample, {Dimension::kCategory, "math"})) {
    requests += slice->figures.latency.ttft_ms->count - set.latency.ttft_ms->count;
  }
  EXPECT_EQ(requests, slice->figures.latency.ttft_ms->count);
}

TEST(TimeBlocksTest, AHalfHasHalfOfTheRequests) {
  const RunSample sample = SteadyRun({.seconds = 45});
  const auto all = static_cast<double>(sample.results.headline.latency.ttft_ms->count);
  const std::vector<HalfOfBlocks> halves = HalvesOfBlocks(sample);
  EXPECT_GE(halves.size(), 8u);
  for (const HalfOfBlocks& half : halves) {
    EXPECT_NEAR(half.kept, 0.5, 0.11);
    ASSERT_TRUE(half.figures.latency.ttft_ms && half.figures.latency.step_latency_ms);
    EXPECT_NEAR(static_cast<double>(half.figures.latency.ttft_ms->count) / all, half.kept, 0.1);
  }
  for (const HalfOfBlocks& half : HalvesOfBlocks(sample, {Dimension::kCategory, "math"})) {
    EXPECT_NEAR(static_cast<double>(half.figures.latency.ttft_ms->count) / all, half.kept / 2, 0.1);
  }
  EXPECT_TRUE(HalvesOfBlocks(SteadyRun({.seconds = 2})).empty());
}

}  // namespace
}  // namespace specctl::testing
