#include "common/analysis/acceptance_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using testing::ElementsAre;

TEST(AcceptanceFoldTest, ChunksAreStepsButForTheFirstAndTheLast) {
  JournalScript script({.bs = 1});
  // Steps 2, 4, 1 | 3 with the prompt's before and the truncated one after.
  script.Begin({.at_ms = 0})
      .Chunk(10, 1)
      .Chunk(20, 2)
      .Chunk(30, 4)
      .Chunk(40, 1)
      .Chunk(50, 2)
      .Ok(60);
  script.Begin({.at_ms = 70}).Chunk(80, 1).Chunk(90, 3).Chunk(95, 1).Ok(99);
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.acceptance.has_value());
  const AcceptanceFigures& acceptance = *results.acceptance;
  EXPECT_EQ(acceptance.source, AcceptanceSource::kChunks);
  EXPECT_EQ(acceptance.steps, 4u);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, 2.5);
  EXPECT_TRUE(acceptance.per_step->low.has_value());
  EXPECT_FALSE(acceptance.per_draft.has_value());
  EXPECT_FALSE(acceptance.accept_rate.has_value());
  EXPECT_DOUBLE_EQ(*acceptance.request_macro_mean, (7.0 / 3 + 3) / 2);
  EXPECT_THAT(acceptance.histogram, ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(acceptance.conditional, ElementsAre(0.75, 2.0 / 3, 0.5));
  EXPECT_TRUE(acceptance.approximate);
  EXPECT_TRUE(HasLabelCode(results.verdict, "approximate_acceptance"));
}

// Drafts of 2: 1 + (2 + 1) + (0 + 1) + (1 + 1) tokens, the last step cut to 1.
void AddWithStats(JournalScript& script, double at_ms) {
  ScriptRequest& request = script.Begin({.at_ms = at_ms});
  request.Chunk(at_ms + 10, 1).Chunk(at_ms + 20, 3).Chunk(at_ms + 30, 1).Chunk(at_ms + 40, 1);
  request.Ok(at_ms + 50);
  request.finish().speculation = SpeculationStats{.drafts = 3,
                                                  .drafted_tokens = 6,
                                                  .accepted_tokens = 3,
                                                  .draft_length = 2,
                                                  .acceptance_histogram = {1, 1, 1}};
}

TEST(AcceptanceFoldTest, StatisticsGoBeforeChunks) {
  JournalScript script({.bs = 1});
  AddWithStats(script, 0);
  AddWithStats(script, 100);
  std::vector<RequestRow> rows;
  const Results results = Fold(script.Events(), &rows);
  ASSERT_TRUE(results.acceptance && results.acceptance_from_chunks);
  EXPECT_EQ(results.acceptance->source, AcceptanceSource::kPerRequest);
  EXPECT_DOUBLE_EQ(results.acceptance->per_step->value, 2);       // (3 + 1) / 2
  EXPECT_DOUBLE_EQ(results.acceptance->per_draft->value, 2);      // 1 + 2 / 2
  EXPECT_DOUBLE_EQ(results.acceptance->accept_rate->value, 0.5);  // 2 / 4
  EXPECT_EQ(results.acceptance->drafts, 4u);
  EXPECT_FALSE(results.acceptance->approximate);
  EXPECT_FALSE(HasLabelCode(results.verdict, "approximate_acceptance"));
  EXPECT_DOUBLE_EQ(results.acceptance_from_chunks->per_step->value, 2);
  // Rows have what the engine counted, its truncated step included.
  EXPECT_EQ(rows[0].acceptance_source, AcceptanceSource::kPerRequest);
  EXPECT_EQ(rows[0].steps, 3u);
  EXPECT_EQ(rows[0].accepted_tokens, 3u);
}

TEST(AcceptanceFoldTest, ASourceThatSomeLackIsNotPooledWithAnother) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 9; ++i) AddWithStats(script, i * 100);
  script.Begin({.at_ms = 900}).Chunk(910, 1).Chunk(920, 2).Chunk(930, 1).Ok(950);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.acceptance->source, AcceptanceSource::kChunks);
  EXPECT_DOUBLE_EQ(results.acceptance->source_share, 1);
  EXPECT_FALSE(results.acceptance_from_chunks.has_value());
}

TEST(AcceptanceFoldTest, AnEngineThatSendsAChunkATokenHasNoStepsInChunks) {
  JournalScript script({.bs = 1});
  script.target().engine = "llamacpp";
  script.Begin({.at_ms = 0}).Chunks(9, 10, 10, 1).Ok(200);
  EXPECT_FALSE(Fold(script.Events()).acceptance.has_value());
}

// A llama.cpp's drafts of 2: 1 + (2 + 1) + (0 + 1) + (1 + 1) tokens, an event each.
TimingsStats& AddTimed(JournalScript& script, double at_ms) {
  script.target().engine = "llamacpp";
  ScriptRequest& request = script.Begin({.at_ms = at_ms});
  request.Chunk(at_ms + 10, 1);
  request.Chunk(at_ms + 20, 1).Chunk(at_ms + 20.1, 1).SameStep().Chunk(at_ms + 20.2, 1).SameStep();
  request.Chunk(at_ms + 30, 1).Chunk(at_ms + 40, 1).Chunk(at_ms + 40.1, 1).SameStep();
  request.Ok(at_ms + 50);
  request.finish().token_source = TokenSource::kTimings;
  return request.finish().timings.emplace(TimingsStats{.drafted_tokens = 6,
                                                       .accepted_tokens = 3,
                                                       .steps = 3,
                                                       .last_drafted = 2,
                                                       .last_accepted = 1,
                                                       .each_step_known = true,
                                                       .acceptance_histogram = {1, 1, 1}});
}

TEST(AcceptanceFoldTest, TimingsTellEachStep) {
  JournalScript script({.bs = 1});
  AddTimed(script, 0);
  AddTimed(script, 100);
  std::vector<RequestRow> rows;
  const Results results = Fold(script.Events(), &rows);
  ASSERT_TRUE(results.acceptance);
  EXPECT_EQ(results.acceptance->source, AcceptanceSource::kTimings);
  EXPECT_EQ(results.acceptance->steps, 4u);
  EXPECT_EQ(results.acceptance->drafts, 4u);
  EXPECT_DOUBLE_EQ(results.acceptance->per_step->value, 2);       // (3 + 1) / 2
  EXPECT_DOUBLE_EQ(results.acceptance->per_draft->value, 2);      // 1 + 2 / 2
  EXPECT_DOUBLE_EQ(results.acceptance->accept_rate->value, 0.5);  // 2 / 4
  EXPECT_THAT(results.acceptance->histogram, ElementsAre(2, 0, 2));
  EXPECT_FALSE(results.acceptance->approximate);
  EXPECT_FALSE(results.acceptance_from_chunks.has_value());
  EXPECT_EQ(rows[0].acceptance_source, AcceptanceSource::kTimings);
  EXPECT_EQ(rows[0].steps, 3u);
  EXPECT_EQ(rows[0].drafts, 3u);
  EXPECT_EQ(rows[0].drafted_tokens, 6u);
  EXPECT_EQ(rows[0].accepted_tokens, 3u);
}

TEST(AcceptanceFoldTest, WhereSomeTimingsTellLessTheRunHasLess) {
  JournalScript script({.bs = 1});
  std::vector<RequestRow> rows;
  for (int i = 0; i < 9; ++i) AddTimed(script, i * 100);
  TimingsStats& last = AddTimed(script, 900);
  last.each_step_known = false;
  last.acceptance_histogram.clear();
  Results results = Fold(script.Events(), &rows);
  EXPECT_DOUBLE_EQ(results.acceptance->source_share, 1);
  EXPECT_EQ(results.acceptance->steps, 20u);
  EXPECT_DOUBLE_EQ(results.acceptance->per_step->value, 2);
  EXPECT_DOUBLE_EQ(results.acceptance->accept_rate->value, 0.5);
  EXPECT_FALSE(results.acceptance->per_draft || results.acceptance->drafts);
  EXPECT_THAT(results.acceptance->histogram, testing::IsEmpty());
  EXPECT_EQ(rows.back().steps, 3u);
  EXPECT_FALSE(rows.back().drafts.has_value());

  last.steps.reset();
  results = Fold(script.Events(), &rows);
  EXPECT_DOUBLE_EQ(results.acceptance->accept_rate->value, (9 * 2 + 3) / (9 * 4 + 6.0));
  EXPECT_FALSE(results.acceptance->per_step || results.acceptance->steps);
  EXPECT_FALSE(results.acceptance->request_macro_mean.has_value());
}

TEST(AcceptanceFoldTest, OneInAHundredMayTellLess) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 99; ++i) AddTimed(script, i * 100);
  AddTimed(script, 9900).each_step_known = false;
  const Results results = Fold(script.Events());
  EXPECT_DOUBLE_EQ(results.whole_acceptance->source_share, 0.99);
  EXPECT_EQ(results.whole_acceptance->drafts, 198u);
}

TEST(AcceptanceFoldTest, TimingsWithoutDraftsAreStepsOfOneToken) {
  JournalScript script({.bs = 1});
  AddTimed(script, 0) = {.steps = 6, .each_step_known = true};
  const Results results = Fold(script.Events());
  EXPECT_DOUBLE_EQ(results.acceptance->per_step->value, 1);
  EXPECT_EQ(results.acceptance->drafts, 0u);
  EXPECT_FALSE(results.acceptance->per_draft || results.acceptance->accept_rate);
}

TEST(AcceptanceFoldTest, RequestsThatEndedBadlyDoNotEnter) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(20, 2).Chunk(30, 1).Ok(60);
  script.Begin({.at_ms = 70})
      .Chunk(80, 1)
      .Chunks(5, 90, 1, 4)
      .Fail(99, Outcome::kFailed, FailureKind::kTruncated);
  EXPECT_DOUBLE_EQ(Fold(script.Events()).acceptance->per_step->value, 2);
}

Results WithEngineSteps(double engine_steps) {
  JournalScript script({.bs = 1, .metrics = true});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunks(99, 20, 1, 2).Ok(200);
  script.Scrape(ScrapeKind::kBefore, -10, {{"vllm:inter_token_latency_seconds_count", 7}});
  script.Scrape(ScrapeKind::kAfter, 300,
                {{"vllm:inter_token_latency_seconds_count", 7 + engine_steps}});
  return Fold(script.Events());
}

TEST(AcceptanceFoldTest, MergedShareIsWhatTheServersCountedMore) {
  const Results exact = WithEngineSteps(99);
  EXPECT_DOUBLE_EQ(*exact.acceptance->merged_share, 0);
  EXPECT_FALSE(exact.acceptance->approximate);
  const Results merged = WithEngineSteps(110);
  EXPECT_DOUBLE_EQ(*merged.acceptance->merged_share, 0.1);
  EXPECT_TRUE(merged.acceptance->approximate);
  EXPECT_FALSE(WithEngineSteps(50).acceptance->merged_share.has_value());
}

}  // namespace
}  // namespace specctl
