// One test for each trap that other tools fell into (specdec_bench, NeMo-Skills; named in the
// tests), and for what engines say of a response's steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/analysis/acceptance_fold.h"
#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using testing::ElementsAre;

// -- specdec_bench's timing and acceptance ------------------------------------------------------

// It drops the stamp beside the one of a trailing chunk without tokens.
TEST(SpecdecBenchTrapTest, AnEndWithoutTokensMovesNoTokensTime) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(500, 1).Chunk(540, 2).Chunk(560, 2).Ok(900);
  const LatencyFigures latency = Fold(script.Events()).headline.latency;
  EXPECT_DOUBLE_EQ(latency.ttft_ms->mean, 500);
  EXPECT_DOUBLE_EQ(latency.itl_ms->mean, 15);  // 60 ms for the 4 tokens after the first chunk's
  EXPECT_DOUBLE_EQ(latency.request_latency_ms->mean, 900);
}

// It mixes the time to the first token into the mean step.
TEST(SpecdecBenchTrapTest, StepLatencyHasNoTimeToFirstToken) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(800, 1).Chunk(830, 3).Chunk(860, 3).Ok(870);
  const LatencyFigures latency = Fold(script.Events()).headline.latency;
  EXPECT_EQ(latency.step_latency_ms->count, 2u);
  EXPECT_NEAR(latency.step_latency_ms->max, 30, 0.02);
}

// It takes the first chunk for one token, whatever it holds.
TEST(SpecdecBenchTrapTest, UserTpsLeavesAllTokensOfTheFirstChunkOut) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(100, 4).Chunk(200, 3).Chunk(300, 3).Ok(310);
  EXPECT_DOUBLE_EQ(Fold(script.Events()).headline.latency.user_tps->mean, 30);
}

// The prompt's chunk is no step, the last may have been cut, and a mean over requests is not one
// over steps: three "acceptance lengths" of one run.
TEST(SpecdecBenchTrapTest, ThePooledLengthIsNotTheMeanOverRequests) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunks(8, 20, 10, 2).Ok(110);
  script.Begin({.at_ms = 200}).Chunk(210, 1).Chunks(2, 220, 10, 4).Ok(250);
  const Results results = Fold(script.Events());
  const AcceptanceFigures& acceptance = *results.headline.acceptance;
  EXPECT_EQ(acceptance.steps, 10u);
  EXPECT_DOUBLE_EQ(acceptance.delivered_per_step->value, 2.4);
  EXPECT_DOUBLE_EQ(*acceptance.request_macro_mean, 3);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, AcceptanceLengthOf(acceptance.conditional));
}

// -- vLLM ---------------------------------------------------------------------------------------

ScriptRequest& AddAnswered(JournalScript& script, double at_ms,
                           std::initializer_list<uint32_t> chunks) {
  ScriptRequest& request = script.Begin({.at_ms = at_ms});
  double at = at_ms;
  for (const uint32_t tokens : chunks) request.Chunk(at += 10, tokens);
  return request.Ok(at + 10);
}

// NeMo-Skills calls joint rates conditional ones; where drafts differ in length, the counters can't
// tell which drafts reached a position.  vLLM's newest statistics can.
TEST(SkillsTrapTest, RatesOfDraftsOfSeveralLengthsAreOfThoseThatReachThePosition) {
  JournalScript script({.bs = 1});
  // 1 (prompt) + 3 + 2 + 1 + 4 tokens: drafts of 2, 1, 3 and 3.
  AddAnswered(script, 0, {1, 3, 2, 1, 4}).finish().speculation =
      SpeculationStats{.drafts = 4,
                       .drafted_tokens = 9,
                       .accepted_tokens = 6,
                       .draft_length = 3,
                       .acceptance_histogram = {1, 1, 1, 1},
                       .by_draft_length = {{1, {0, 1}}, {2, {0, 0, 1}}, {3, {1, 0, 0, 1}}}};
  const AcceptanceFigures acceptance = *Fold(script.Events()).headline.acceptance;
  EXPECT_THAT(acceptance.joint, ElementsAre(3 / 4.0, 2 / 4.0, 1 / 4.0));
  EXPECT_THAT(acceptance.conditional, ElementsAre(3 / 4.0, 2 / 2.0, 1 / 1.0));
}

// -- SGLang -------------------------------------------------------------------------------------

// 1 (prompt) + 4 + 1 + 3 + 4 tokens, the last cut to 2: 11 of them, 4 steps, 8 of 12 accepted.
SpeculationStats SglangStats() {
  return {.drafts = 4,
          .drafted_tokens = 12,
          .accepted_tokens = 8,
          .draft_length = 3,
          .acceptance_histogram = {1, 0, 1, 2},
          .steps = 4};
}

void ExpectSglangFigures(const AcceptanceFigures& acceptance, uint64_t requests) {
  EXPECT_EQ(acceptance.source, AcceptanceSource::kPerRequest);
  EXPECT_EQ(acceptance.steps, 4 * requests);
  // 1 + accepted / verified; tokens / verified, which SGLang prints, is 11 / 4.
  EXPECT_DOUBLE_EQ(acceptance.per_draft->value, 3);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, 3);
  EXPECT_DOUBLE_EQ(acceptance.delivered_per_step->value, 10 / 4.0);
  EXPECT_DOUBLE_EQ(acceptance.accept_rate->value, 8 / 12.0);
  EXPECT_THAT(acceptance.joint, ElementsAre(3 / 4.0, 3 / 4.0, 2 / 4.0));
  EXPECT_THAT(acceptance.conditional, ElementsAre(3 / 4.0, 1, 2 / 3.0));
}

TEST(SglangTrapTest, FiguresAreOfTheStatisticsHoweverChunksMelt) {
  JournalScript script({.bs = 1});
  AddAnswered(script, 0, {1, 4, 1, 3, 2}).finish().speculation = SglangStats();  // as it should
  AddAnswered(script, 100, {1, 5, 5}).finish().speculation = SglangStats();      // melted
  AddAnswered(script, 200, {11}).finish().speculation = SglangStats();           // all at once
  ScriptRequest& held = AddAnswered(script, 300, {1, 4});                        // held back
  held.finish().output_tokens = 11;
  held.finish().token_source = TokenSource::kContinuousUsage;
  held.finish().speculation = SglangStats();
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.headline.acceptance.has_value());
  ExpectSglangFigures(*results.headline.acceptance, 4);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 1);
  // 7 chunks after the prompts' for 16 steps.
  EXPECT_DOUBLE_EQ(*results.acceptance_sources[0].merged_share, 1 - 7 / 16.0);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kMergedSteps));
}

// The mean over responses, which NeMo-Skills prints, weighs a short one like a long one.
TEST(SglangTrapTest, ResponsesAreWeighedByTheirSteps) {
  JournalScript script({.bs = 1});
  AddAnswered(script, 0, {1, 1}).finish().speculation = SpeculationStats{
      .drafts = 1, .drafted_tokens = 3, .draft_length = 3, .acceptance_histogram = {1}, .steps = 1};
  for (int i = 1; i < 4; ++i) {
    AddAnswered(script, i * 100, {1, 4, 1, 3, 2}).finish().speculation = SglangStats();
  }
  const AcceptanceFigures acceptance = *Fold(script.Events()).headline.acceptance;
  EXPECT_DOUBLE_EQ(acceptance.per_draft->value, 1 + 24 / 13.0);
  EXPECT_DOUBLE_EQ(*acceptance.request_macro_mean, (1 + 3 * 3) / 4.0);
}

TEST(SglangTrapTest, ATreeIsLessDeepThanItHasTokens) {
  JournalScript script({.bs = 1});
  SpeculationStats stats = SglangStats();
  stats.drafted_tokens = 4 * 15;
  stats.draft_length = 15;
  AddAnswered(script, 0, {1, 4, 1, 3, 2}).finish().speculation = stats;
  const AcceptanceFigures acceptance = *Fold(script.Events()).headline.acceptance;
  EXPECT_THAT(acceptance.conditional, ElementsAre(3 / 4.0, 1, 2 / 3.0));  // no 0 at the fourth
}

TEST(StatisticsTest, ContradictoryOnesAreLeftOutAndCounted) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 19; ++i) {
    AddAnswered(script, i * 100, {1, 4, 1, 3, 2}).finish().speculation = SglangStats();
  }
  SpeculationStats wrong = SglangStats();
  wrong.acceptance_histogram = {2, 0, 0, 2};
  AddAnswered(script, 1'900, {1, 4, 1, 3, 2}).finish().speculation = wrong;
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  ExpectSglangFigures(*results.headline.acceptance, 19);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 0.95);
  EXPECT_EQ(results.acceptance_sources[0].contradictory, 1u);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kContradictoryStatistics));
  EXPECT_EQ(BestSteps(requests.back())->source, StepSource::kChunks);
}

TEST(StatisticsTest, ARequestThatEndedBadlyContradictsNothing) {
  JournalScript script({.bs = 1});
  AddAnswered(script, 0, {1, 4, 1, 3, 2}).finish().speculation = SglangStats();
  ScriptRequest& cut = script.Begin({.at_ms = 100});
  cut.Chunk(110, 1).Fail(120, Outcome::kFailed, FailureKind::kErrorEvent);
  cut.finish().speculation = SglangStats();
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.acceptance_sources[0].contradictory, 0u);
  EXPECT_FALSE(HasLabel(results.verdict.labels, Label::kContradictoryStatistics));
}

// Two of three responses have statistics: too few for a source, enough to tell what chunks are.
Results WithSomeStatistics(std::initializer_list<uint32_t> chunks) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 3; ++i) {
    ScriptRequest& request = AddAnswered(script, i * 200, chunks);
    if (i > 0) request.finish().speculation = SglangStats();
  }
  return Fold(script.Events());
}

TEST(StatisticsTest, ChunksThatStatisticsContradictAreNoSource) {
  const Results as_steps = WithSomeStatistics({1, 4, 1, 3, 2});
  ASSERT_TRUE(as_steps.headline.acceptance.has_value());
  EXPECT_EQ(as_steps.headline.acceptance->source, AcceptanceSource::kChunks);
  EXPECT_FALSE(as_steps.headline.acceptance->approximate);
  // Melted; and a chunk a token.
  for (const Results& results :
       {WithSomeStatistics({1, 5, 5}), WithSomeStatistics({1, 2, 2, 2, 2, 2})}) {
    EXPECT_FALSE(results.headline.acceptance.has_value());
    EXPECT_FALSE(results.acceptance_sources[0].why_none.empty());
  }
}

// -- TensorRT-LLM -------------------------------------------------------------------------------

// 11 tokens in 5 iterations, the prompt's among them.
Results WithMean(std::initializer_list<uint32_t> chunks, double mean = 11 / 5.0,
                 std::vector<EndedRequest>* requests = nullptr) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 6; ++i) {
    AddAnswered(script, i * 200, chunks).finish().tokens_per_iteration = mean;
  }
  return Fold(script.Events(), requests);
}

TEST(TensorRtLlmTest, TheNumberOfStepsShowsThatChunksAreSteps) {
  const Results results = WithMean({1, 4, 1, 3, 2});
  const AcceptanceFigures& acceptance = *results.headline.acceptance;
  EXPECT_EQ(acceptance.source, AcceptanceSource::kChunks);
  EXPECT_DOUBLE_EQ(*acceptance.merged_share, 0);
  EXPECT_FALSE(acceptance.approximate);
  EXPECT_FALSE(acceptance.conditional.empty());
}

TEST(TensorRtLlmTest, WhereChunksMeltTheNumberOfStepsIsLeft) {
  std::vector<EndedRequest> requests;
  const Results results = WithMean({1, 5, 5}, 11 / 5.0, &requests);
  ASSERT_TRUE(results.headline.acceptance.has_value());
  const AcceptanceFigures& acceptance = *results.headline.acceptance;
  EXPECT_EQ(acceptance.source, AcceptanceSource::kPerRequest);
  EXPECT_EQ(acceptance.steps, 24u);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, 10 / 4.0);
  EXPECT_TRUE(acceptance.lower_bound);  // what was cut off the last step is not told
  EXPECT_FALSE(acceptance.accept_rate.has_value());
  EXPECT_FALSE(acceptance.per_draft.has_value());
  EXPECT_TRUE(acceptance.conditional.empty());
  EXPECT_DOUBLE_EQ(*acceptance.request_macro_mean, 10 / 4.0);
  const auto told = BestSteps(requests[0]);
  EXPECT_EQ(told->steps, 4u);
  EXPECT_FALSE(told->drafts || told->drafted_tokens || told->accepted_tokens);
  ASSERT_TRUE(results.reconciliation.has_value());
  const auto& steps = results.reconciliation->Of(ReconciledRow::kSteps);
  EXPECT_EQ(steps[static_cast<size_t>(ReconciledSource::kPerRequest)], 24);
}

TEST(TensorRtLlmTest, AMeanOfOtherTokensIsContradictory) {
  const Results results = WithMean({1, 5, 5}, 2.3);
  EXPECT_EQ(results.acceptance_sources[0].contradictory, 6u);
  EXPECT_FALSE(results.acceptance_sources[0].merged_share.has_value());
}

TEST(TensorRtLlmTest, StatisticsAndTheMeanTogetherTellStepsWithoutADraft) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = AddAnswered(script, 0, {1, 5, 5});
  request.finish().tokens_per_iteration = 11 / 5.0;
  request.finish().speculation = SpeculationStats{.drafts = 3,
                                                  .drafted_tokens = 9,
                                                  .accepted_tokens = 6,
                                                  .draft_length = 3,
                                                  .acceptance_histogram = {0, 1, 1, 1}};
  const AcceptanceFigures acceptance = *Fold(script.Events()).headline.acceptance;
  EXPECT_EQ(acceptance.steps, 4u);
  EXPECT_EQ(acceptance.drafts, 3u);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, 10 / 4.0);
  EXPECT_DOUBLE_EQ(acceptance.per_draft->value, 3);
}

}  // namespace
}  // namespace specctl
