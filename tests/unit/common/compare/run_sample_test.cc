#include "common/compare/run_sample.h"

#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

TEST(RunSampleTest, TheHoldsRequestsAreKeptWithTheirSlices) {
  const RunSample sample = SteadyRun({});
  ASSERT_FALSE(sample.results.headline_is_whole_run);
  ASSERT_FALSE(sample.requests.empty());
  EXPECT_EQ(sample.requests.size(), sample.results.hold->requests_begun);
  const auto& slices = sample.requests.front().slices;
  const std::vector<SliceName> expected = {
      {Dimension::kCategory, sample.requests.front().settled.position % 2 ? "math" : "coding"},
      {Dimension::kTarget, "http://vllm:8000"}};
  EXPECT_EQ(slices, expected);
}

TEST(RunSampleTest, StepsAreThoseOfTheResults) {
  const RunSample sample = SteadyRun({});
  uint64_t steps = 0;
  for (const IntervalSketch& cell : sample.step_latencies.cells()) steps += cell.count();
  EXPECT_EQ(steps, sample.results.headline.latency.step_latency_ms->count);
}

TEST(RunSampleTest, AShortRunHasNoStretchesToTellNoiseBy) {
  const RunSample sample = SteadyRun({.seconds = 2});
  EXPECT_TRUE(sample.results.headline_is_whole_run);
  EXPECT_TRUE(sample.requests.empty());
  EXPECT_FALSE(sample.replies.empty());
}

TEST(RunSampleTest, AQuestionsFirstAnswerStandsForIt) {
  JournalScript script({.rows = 2});
  for (uint64_t position = 0; position < 4; ++position) {
    const double at_ms = 10 + 100 * static_cast<double>(position);
    auto& request = script.Begin({.at_ms = at_ms}).Chunk(at_ms + 20, 1).Ok(at_ms + 30);
    request.finish().output_hash = 100 + position;
    request.finish().output_text = "answer " + std::to_string(position);
  }
  const RunSample sample = SampleOf(script);
  ASSERT_EQ(sample.replies.size(), 2u);
  EXPECT_EQ(sample.replies[0].question_id, "0");
  EXPECT_EQ(sample.replies[0].output_hash, 100u);
  EXPECT_EQ(sample.replies[1].output_hash, 101u);
  EXPECT_EQ(sample.replies[1].text, "answer 1");
}

TEST(RunSampleTest, CachedTokensTellColdFromHot) {
  const RunSample sample = SteadyRun({.tells_cached = true});
  EXPECT_NE(FindSlice(sample.results, Dimension::kPrefix, "cold"), nullptr);
  EXPECT_NE(FindSlice(sample.results, Dimension::kPrefix, "hot"), nullptr);
  uint64_t told = 0;
  for (const SampledRequest& request : sample.requests) {
    if (!request.cached_tokens) continue;
    ++told;
    const auto slice = SliceName(Dimension::kPrefix, *request.cached_tokens > 0 ? "hot" : "cold");
    EXPECT_EQ(request.slices.back(), slice);
  }
  EXPECT_EQ(told, sample.requests.size());
}

TEST(RunSampleTest, AFolderWithoutAJournalIsNoRun) {
  const TempDir dir;
  EXPECT_TRUE(absl::IsNotFound(ReadRunSample(dir.path()).status()));
}

}  // namespace
}  // namespace specctl::testing
