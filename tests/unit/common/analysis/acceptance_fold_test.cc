#include "common/analysis/acceptance_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using testing::ElementsAre;

TEST(AcceptanceFoldTest, ChunksAreStepsAndTheLastMayHaveBeenLonger) {
  JournalScript script({.bs = 1});
  // Steps 2, 4, 1 | 3 with the prompt's before, and one cut at 2 | 1 after.
  script.Begin({.at_ms = 0})
      .Chunk(10, 1)
      .Chunk(20, 2)
      .Chunk(30, 4)
      .Chunk(40, 1)
      .Chunk(50, 2)
      .Ok(60);
  script.Begin({.at_ms = 70}).Chunk(80, 1).Chunk(90, 3).Chunk(95, 1).Ok(99);
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.headline.acceptance.has_value());
  const AcceptanceFigures& acceptance = *results.headline.acceptance;
  EXPECT_EQ(acceptance.source, AcceptanceSource::kChunks);
  EXPECT_EQ(acceptance.steps, 6u);
  // Past 1: 3 + 1 of 4 + 1; past 2: 2 of 3; past 3: 1 of 2.
  EXPECT_THAT(acceptance.conditional, ElementsAre(0.8, 2.0 / 3, 0.5));
  EXPECT_TRUE(acceptance.rates_over_steps);
  EXPECT_DOUBLE_EQ(acceptance.per_step->value, 1 + 0.8 + 0.8 * 2 / 3 + 0.8 / 3);
  EXPECT_DOUBLE_EQ(acceptance.delivered_per_step->value, 13 / 6.0);
  EXPECT_FALSE(acceptance.per_step->low.has_value());  // two questions say nothing of others
  EXPECT_FALSE(acceptance.per_draft.has_value());
  EXPECT_FALSE(acceptance.accept_rate.has_value());
  EXPECT_DOUBLE_EQ(*acceptance.request_macro_mean, (9.0 / 4 + 2) / 2);
  EXPECT_THAT(acceptance.histogram, ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(acceptance.cut_histogram, ElementsAre(1, 1));
  EXPECT_TRUE(acceptance.approximate);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kApproximateAcceptance));
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
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  ASSERT_TRUE(results.headline.acceptance && results.acceptance_from_chunks);
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kPerRequest);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_step->value, 2);  // 1 + 3 / 3
  EXPECT_DOUBLE_EQ(results.headline.acceptance->delivered_per_step->value,
                   5 / 3.0);                                               // the last cut by 1
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_draft->value, 2);      // 1 + 3 / 3
  EXPECT_DOUBLE_EQ(results.headline.acceptance->accept_rate->value, 0.5);  // 3 / 6
  EXPECT_EQ(results.headline.acceptance->drafts, 6u);
  EXPECT_THAT(results.headline.acceptance->conditional, ElementsAre(2 / 3.0, 0.5));
  EXPECT_THAT(results.headline.acceptance->joint, ElementsAre(2 / 3.0, 1 / 3.0));
  EXPECT_FALSE(results.headline.acceptance->rates_over_steps);
  EXPECT_FALSE(results.headline.acceptance->approximate);
  EXPECT_FALSE(HasLabel(results.verdict.labels, Label::kApproximateAcceptance));
  EXPECT_DOUBLE_EQ(*results.acceptance_from_chunks->merged_share, 0);
  const std::optional<ToldSteps> told = BestSteps(requests[0]);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->source, StepSource::kStats);
  EXPECT_EQ(told->steps, 3u);
  EXPECT_EQ(told->accepted_tokens, 3u);
  ASSERT_EQ(results.acceptance_sources.size(), 1u);
  EXPECT_EQ(results.acceptance_sources[0].draft_length, 2u);
  EXPECT_EQ(results.acceptance_sources[0].requests, 2u);
}

TEST(AcceptanceFoldTest, SumsOfEachTargetAreWhatItsSourceTells) {
  JournalScript script({.bs = 1});
  AddWithStats(script, 0);
  AddWithStats(script, 100);
  const Results told = Fold(script.Events());
  ASSERT_EQ(told.headline.acceptance->steps_by_target.size(), 1u);
  const TargetSteps& sums = told.headline.acceptance->steps_by_target[0];
  EXPECT_EQ(sums.target, 0u);
  EXPECT_EQ(sums.steps, 6u);
  EXPECT_EQ(sums.delivered, 10u);
  EXPECT_EQ(sums.drafts, 6u);
  EXPECT_EQ(sums.drafted, 12u);
  EXPECT_EQ(sums.accepted, 6u);
  // Chunks tell no drafts.
  const TargetSteps& chunks = told.acceptance_from_chunks->steps_by_target.at(0);
  EXPECT_EQ(chunks.steps, 6u);
  EXPECT_EQ(chunks.delivered, 10u);
  EXPECT_EQ(chunks.drafts + chunks.drafted + chunks.accepted, 0u);
}

TEST(AcceptanceFoldTest, AFewWithoutASourceDoNotTakeItAway) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 9; ++i) AddWithStats(script, i * 100);
  script.Begin({.at_ms = 900}).Chunk(910, 1).Chunk(920, 2).Chunk(930, 1).Ok(950);
  Results results = Fold(script.Events());
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kPerRequest);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 0.9);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kPartialAcceptance));
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_step->value, 2);

  script.Begin({.at_ms = 1'000}).Chunk(1'010, 1).Chunk(1'020, 2).Chunk(1'030, 1).Ok(1'050);
  results = Fold(script.Events());
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kChunks);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 1);
}

// SGLang has no statistics of a reply without a verification.
TEST(AcceptanceFoldTest, RepliesOfOneTokenHaveNothingToTellAndTakeNoSourceAway) {
  JournalScript script({.bs = 1});
  AddWithStats(script, 0);
  for (int i = 1; i < 5; ++i)
    script.Begin({.at_ms = i * 100.0}).Chunk(i * 100 + 10, 1).Ok(i * 100 + 50);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kPerRequest);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 1);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_step->value, 2);
  EXPECT_FALSE(HasLabel(results.verdict.labels, Label::kPartialAcceptance));
}

TEST(AcceptanceFoldTest, IntervalsAreByQuestionNotByRepeat) {
  JournalScript once({.bs = 1}), again({.bs = 1, .rows = 6});
  for (int i = 0; i < 24; ++i) {
    for (JournalScript* script : {&once, &again}) {
      ScriptRequest& request = script->Begin({.at_ms = i * 100.0});
      request.Chunk(i * 100 + 10, 1).Chunks(4, i * 100 + 20, 5, 1 + i % 3).Chunk(i * 100 + 60, 1);
      request.Ok(i * 100 + 70);
    }
  }
  const auto width = [](const Results& results) {
    return *results.headline.acceptance->per_step->high -
           *results.headline.acceptance->per_step->low;
  };
  const Results distinct = Fold(once.Events()), repeated = Fold(again.Events());
  EXPECT_DOUBLE_EQ(distinct.headline.acceptance->per_step->value,
                   repeated.headline.acceptance->per_step->value);
  EXPECT_GT(width(repeated), 1.5 * width(distinct));
}

TEST(AcceptanceFoldTest, AnEngineThatSendsAChunkATokenHasNoStepsInChunks) {
  JournalScript script({.bs = 1});
  script.target().engine = "llamacpp";
  script.Begin({.at_ms = 0}).Chunks(9, 10, 10, 1).Ok(200);
  EXPECT_FALSE(Fold(script.Events()).headline.acceptance.has_value());
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
                                                       .each_step_known = true,
                                                       .acceptance_histogram = {1, 1, 1},
                                                       .spent_histogram = {0, 0, 1}});
}

TEST(AcceptanceFoldTest, TimingsTellEachStep) {
  JournalScript script({.bs = 1});
  AddTimed(script, 0);
  AddTimed(script, 100);
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  ASSERT_TRUE(results.headline.acceptance);
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kTimings);
  EXPECT_EQ(results.headline.acceptance->steps, 6u);
  EXPECT_EQ(results.headline.acceptance->drafts, 6u);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_step->value, 2);       // 1 + 3 / 3
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_draft->value, 2);      // 1 + 3 / 3
  EXPECT_DOUBLE_EQ(results.headline.acceptance->accept_rate->value, 0.5);  // 3 / 6
  EXPECT_THAT(results.headline.acceptance->histogram, ElementsAre(2, 2, 2));
  EXPECT_THAT(results.headline.acceptance->conditional, ElementsAre(2 / 3.0, 0.5));
  EXPECT_FALSE(results.headline.acceptance->approximate);
  EXPECT_FALSE(results.acceptance_from_chunks.has_value());
  const std::optional<ToldSteps> told = BestSteps(requests[0]);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->source, StepSource::kTimings);
  EXPECT_EQ(told->steps, 3u);
  EXPECT_EQ(told->drafts, 3u);
  EXPECT_EQ(told->drafted_tokens, 6u);
  EXPECT_EQ(told->accepted_tokens, 3u);
}

TEST(AcceptanceFoldTest, WhereSomeTimingsTellLessTheRunHasLess) {
  JournalScript script({.bs = 1});
  std::vector<EndedRequest> requests;
  for (int i = 0; i < 5; ++i) AddTimed(script, i * 100);
  TimingsStats& last = AddTimed(script, 900);
  last.each_step_known = false;
  last.acceptance_histogram.clear();
  Results results = Fold(script.Events(), &requests);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->source_share, 1);
  EXPECT_EQ(results.headline.acceptance->steps, 18u);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->per_step->value, 2);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->accept_rate->value, 0.5);
  EXPECT_FALSE(results.headline.acceptance->per_draft || results.headline.acceptance->drafts);
  EXPECT_THAT(results.headline.acceptance->histogram, testing::IsEmpty());
  EXPECT_EQ(BestSteps(requests.back())->steps, 3u);
  EXPECT_FALSE(BestSteps(requests.back())->drafts.has_value());

  last.steps.reset();
  results = Fold(script.Events(), &requests);
  EXPECT_DOUBLE_EQ(results.headline.acceptance->accept_rate->value, 0.5);
  EXPECT_FALSE(results.headline.acceptance->per_step || results.headline.acceptance->steps);
  EXPECT_FALSE(results.headline.acceptance->request_macro_mean.has_value());
}

TEST(AcceptanceFoldTest, OneInTenMayTellLess) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 9; ++i) AddTimed(script, i * 100);
  AddTimed(script, 900).each_step_known = false;
  const Results results = Fold(script.Events());
  EXPECT_DOUBLE_EQ(results.whole_run.acceptance->source_share, 0.9);
  EXPECT_EQ(results.whole_run.acceptance->drafts, 27u);
}

TEST(AcceptanceFoldTest, WithoutASignOfADraftThereIsNoAcceptance) {
  JournalScript timed({.bs = 1});
  AddTimed(timed, 0) = {.steps = 6, .each_step_known = true};
  EXPECT_FALSE(Fold(timed.Events()).headline.acceptance.has_value());
  JournalScript chunks({.bs = 1});
  chunks.Begin({.at_ms = 0}).Chunks(9, 10, 10, 1).Ok(200);
  EXPECT_FALSE(Fold(chunks.Events()).headline.acceptance.has_value());
  // A server that says it drafts, and never did.
  chunks.target().identity.draft_length = 3;
  EXPECT_DOUBLE_EQ(Fold(chunks.Events()).headline.acceptance->per_step->value, 1);
}

TEST(AcceptanceFoldTest, RequestsThatEndedBadlyDoNotEnter) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(20, 2).Chunk(30, 1).Ok(60);
  script.Begin({.at_ms = 70})
      .Chunk(80, 1)
      .Chunks(5, 90, 1, 4)
      .Fail(99, Outcome::kFailed, FailureKind::kTruncated);
  EXPECT_DOUBLE_EQ(Fold(script.Events()).headline.acceptance->per_step->value, 2);
}

// 100 chunks of 2 tokens after the first, from steps as the server counted them.
Results WithEngineSteps(double engine_steps, std::optional<uint32_t> draft_length = {}) {
  JournalScript script({.bs = 1, .metrics = true});
  script.target().identity.draft_length = draft_length;
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunks(99, 20, 1, 2).Ok(200);
  const std::map<std::string, double> before = {{"vllm:inter_token_latency_seconds_count", 7},
                                                {"vllm:spec_decode_num_drafts_total", 0},
                                                {"vllm:spec_decode_num_accepted_tokens_total", 0},
                                                {"vllm:time_to_first_token_seconds_count", 3},
                                                {"vllm:generation_tokens_total", 0}};
  script.Scrape(ScrapeKind::kBefore, -10, before);
  script.Scrape(ScrapeKind::kAfter, 300,
                {{"vllm:inter_token_latency_seconds_count", 7 + engine_steps},
                 {"vllm:spec_decode_num_drafts_total", 80},
                 {"vllm:spec_decode_num_accepted_tokens_total", 99},
                 {"vllm:time_to_first_token_seconds_count", 4},
                 {"vllm:generation_tokens_total", 199}});
  return Fold(script.Events());
}

TEST(AcceptanceFoldTest, MergedShareIsWhatTheServersCountedMore) {
  const Results exact = WithEngineSteps(99);
  EXPECT_EQ(exact.headline.acceptance->source, AcceptanceSource::kChunks);
  EXPECT_DOUBLE_EQ(*exact.headline.acceptance->merged_share, 0);
  EXPECT_FALSE(exact.headline.acceptance->approximate);
  const Results unknown = WithEngineSteps(50);
  EXPECT_FALSE(unknown.headline.acceptance->merged_share.has_value());
  EXPECT_TRUE(unknown.headline.acceptance->approximate);
}

TEST(AcceptanceFoldTest, WhereStepsAreMergedTheCountersStandInTheHeadline) {
  const Results merged = WithEngineSteps(110);
  ASSERT_TRUE(merged.headline.acceptance.has_value());
  EXPECT_EQ(merged.headline.acceptance->source, AcceptanceSource::kCounters);
  EXPECT_DOUBLE_EQ(merged.headline.acceptance->per_step->value, 1 + 99 / 110.0);
  EXPECT_DOUBLE_EQ(merged.headline.acceptance->delivered_per_step->value, 198 / 110.0);
  EXPECT_DOUBLE_EQ(merged.headline.acceptance->per_draft->value, 1 + 99 / 80.0);
  EXPECT_TRUE(HasLabel(merged.verdict.labels, Label::kMergedSteps));
  EXPECT_DOUBLE_EQ(*merged.acceptance_sources[0].merged_share, 0.1);
  EXPECT_EQ(merged.acceptance_sources[0].source, AcceptanceSource::kCounters);
  ASSERT_TRUE(merged.acceptance_from_chunks.has_value());
  EXPECT_TRUE(merged.acceptance_from_chunks->approximate);
}

TEST(AcceptanceFoldTest, ALengthAboveADraftAndItsBonusIsRefused) {
  JournalScript script({.bs = 1});
  script.target().identity.draft_length = 1;
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunks(20, 20, 1, 3).Ok(200);
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.headline.acceptance.has_value());
  EXPECT_FALSE(results.acceptance_sources[0].why_none.empty());
}

TEST(AcceptanceFoldTest, EachTargetHasItsOwnSource) {
  JournalScript script({.bs = 1});
  script.spec().targets = {{.url = "http://a"}, {.url = "http://b"}};
  for (int i = 0; i < 6; ++i) {
    AddWithStats(script, i * 200);
    ScriptRequest& other = script.Begin({.at_ms = i * 200.0 + 100});
    const double at = i * 200 + 100;
    other.Chunk(at + 10, 1).Chunk(at + 20, 3).Chunk(at + 30, 3).Chunk(at + 40, 1).Ok(at + 50);
    other.begun().target = 1;
  }
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.headline.acceptance.has_value());
  EXPECT_EQ(results.headline.acceptance->source, AcceptanceSource::kMixed);
  EXPECT_EQ(results.acceptance_sources[0].source, AcceptanceSource::kPerRequest);
  EXPECT_EQ(results.acceptance_sources[1].source, AcceptanceSource::kChunks);
  const SliceFigures* a = FindSlice(results, Dimension::kTarget, "http://a");
  const SliceFigures* b = FindSlice(results, Dimension::kTarget, "http://b");
  EXPECT_DOUBLE_EQ(a->figures.acceptance->per_step->value, 2);
  EXPECT_DOUBLE_EQ(b->figures.acceptance->per_step->value, 3);
}

}  // namespace
}  // namespace specctl
