#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/analysis/labels.h"
#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

constexpr const char* kQueries = "vllm:prefix_cache_queries_total";
constexpr const char* kHits = "vllm:prefix_cache_hits_total";

// 35 requests of 1,000 prompt tokens one after another: hold [1, 7).
JournalScript Busy(uint32_t turns = 1) {
  JournalScript script({.bs = 4, .turns = turns, .metrics = true});
  for (uint32_t slot = 0; slot < 4; ++slot) {
    for (int i = 0; i < 35; ++i) {
      const double at_ms = i * 200.0 + slot;
      ScriptRequest& request = script.Begin({.slot = slot, .at_ms = at_ms});
      request.begun().position /= turns;
      request.begun().turn = static_cast<uint32_t>(request.begun().ordinal % turns);
      request.Chunk(at_ms + 10, 1).Chunk(at_ms + 20, 1).Ok(at_ms + 200);
      request.finish().input_tokens = 1'000;
    }
  }
  return script;
}

void ScrapePrefix(JournalScript& script, double hits) {
  script.Scrape(ScrapeKind::kBefore, -5, {{kQueries, 0}, {kHits, 0}});
  script.Scrape(ScrapeKind::kAfter, 9'000, {{kQueries, 140'000}, {kHits, hits}});
}

TEST(LabelsTest, PrefixHitsThatPromptsDoNotExplain) {
  JournalScript cold = Busy();
  ScrapePrefix(cold, 140 * 48);  // a template of 48 tokens
  EXPECT_FALSE(HasLabel(Fold(cold.Events()).verdict.labels, Label::kPrefixCache));
  JournalScript warm = Busy();
  ScrapePrefix(warm, 100'000);
  const Results results = Fold(warm.Events());
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kPrefixCache));
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
}

// 140 prompts of 1,000 tokens, of which 500 are one of 10 prefixes.
TEST(LabelsTest, SharedPrefixesExplainTheirHits) {
  const auto labels = [](double hits) {
    JournalScript script = Busy();
    script.spec().shared_prefix = {.groups = 10, .tokens = 500};
    ScrapePrefix(script, hits);
    return Fold(script.Events()).verdict.labels;
  };
  constexpr double kPlanned = 130 * 500;  // each must be seen once
  EXPECT_FALSE(HasLabel(labels(kPlanned), Label::kPrefixCache));
  EXPECT_FALSE(HasLabel(labels(kPlanned), Label::kPrefixMissed));
  EXPECT_TRUE(HasLabel(labels(0.7 * kPlanned), Label::kPrefixMissed));
  EXPECT_TRUE(HasLabel(labels(140'000), Label::kPrefixCache)) << "the rest is cached, too";
}

TEST(LabelsTest, AGoalThatIsNotMetIsSaidWithWhatWasHad) {
  JournalScript script = Busy();
  script.spec().load.until = {{"output_tps", "value", 0.99}};
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kUntilNotMet));
  script.spec().load.until = {{"output_tps", "value", 1e-9}, {"ttft_ms", "p99", 0.05}};
  const Results results = Fold(script.Events());
  ASSERT_TRUE(HasLabel(results.verdict.labels, Label::kUntilNotMet));
  const auto told =
      std::find_if(results.verdict.labels.begin(), results.verdict.labels.end(),
                   [](const VerdictLabel& label) { return label.code == Label::kUntilNotMet; });
  EXPECT_THAT(told->text, ::testing::HasSubstr("ttft_ms_p99 +-5% (no interval) was not met"));
}

TEST(LabelsTest, OnlyARunThatHadItsTimeIsToldToGoOnForLonger) {
  const auto text_after = [](RunEnd end, const std::string& reason) {
    JournalScript script = Busy();
    script.spec().load.until = {{"ttft_ms", "p99", 0.05}};
    std::vector<Event> events = script.Events();
    auto& ended = std::get<RunEnded>(events.back());
    ended.end = end;
    ended.reason = reason;
    for (const VerdictLabel& label : Fold(events).verdict.labels) {
      if (label.code == Label::kUntilNotMet) return label.text;
    }
    return std::string();
  };
  EXPECT_THAT(text_after(RunEnd::kCompleted, ""), ::testing::EndsWith("give a longer --duration"));
  EXPECT_THAT(text_after(RunEnd::kCompleted, "ttft_ms_p99 +-4.9%"), ::testing::EndsWith("not met"));
  EXPECT_THAT(text_after(RunEnd::kInterrupted, "interrupted"), ::testing::EndsWith("not met"));
}

TEST(LabelsTest, RepeatedPromptsExplainTheirHits) {
  JournalScript script = Busy();
  script.spec().dataset.rows = 35;
  ScrapePrefix(script, 105'000);
  const Verdict verdict = Fold(script.Events()).verdict;
  EXPECT_FALSE(HasLabel(verdict.labels, Label::kPrefixCache));
  EXPECT_TRUE(HasLabel(verdict.labels, Label::kRepeatedPrompts));
}

TEST(LabelsTest, LaterTurnsExplainTheirHits) {
  JournalScript script = Busy(2);
  ScrapePrefix(script, 70'000);
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kPrefixCache));
}

Results WithGauges(double running, double waiting) {
  JournalScript script = Busy();
  script.Scrape(ScrapeKind::kBefore, -5,
                {{"vllm:num_requests_running", 0}, {"vllm:num_requests_waiting", 0}});
  for (int second = 0; second < 7; ++second) {
    script.Scrape(ScrapeKind::kDuring, second * 1'000 + 500,
                  {{"vllm:num_requests_running", running}, {"vllm:num_requests_waiting", waiting}});
  }
  script.Scrape(ScrapeKind::kAfter, 9'000, {});
  return Fold(script.Events());
}

TEST(LabelsTest, QueuedIsWaitingWhileFewerThanBsRun) {
  const Results results = WithGauges(2, 2);
  ASSERT_TRUE(HasLabel(results.verdict.labels, Label::kQueued));
  EXPECT_EQ(results.verdict.labels[0].windows, 6u);
  EXPECT_EQ(results.windows[3].labels, std::vector<Label>{Label::kQueued});
  EXPECT_EQ(results.windows[3].verdict, VerdictState::kValid);
  EXPECT_DOUBLE_EQ(results.servers->waiting->mean, 2);
  EXPECT_DOUBLE_EQ(*results.windows[3].servers_running, 2);
  EXPECT_FALSE(HasLabel(WithGauges(4, 0).verdict.labels, Label::kQueued));
  EXPECT_FALSE(HasLabel(WithGauges(4, 2).verdict.labels, Label::kQueued));
}

TEST(LabelsTest, PromptTokensThatAreNotOurs) {
  JournalScript script = Busy();
  script.Scrape(ScrapeKind::kBefore, -5, {{"vllm:prompt_tokens_total", 0}});
  script.Scrape(ScrapeKind::kAfter, 9'000, {{"vllm:prompt_tokens_total", 140'001}});
  EXPECT_TRUE(HasLabel(Fold(script.Events()).verdict.labels, Label::kOtherTraffic));
  JournalScript ours = Busy();
  ours.Scrape(ScrapeKind::kBefore, -5, {{"vllm:prompt_tokens_total", 0}});
  ours.Scrape(ScrapeKind::kAfter, 9'000, {{"vllm:prompt_tokens_total", 140'000}});
  EXPECT_FALSE(HasLabel(Fold(ours.Events()).verdict.labels, Label::kOtherTraffic));
}

TEST(LabelsTest, ServerErrorsAreRefusalsAndBrokenStreams) {
  JournalScript script = Busy();
  ScriptRequest& refused = script.Begin({.at_ms = 7'300});
  refused.Fail(7'310, Outcome::kFailed, FailureKind::kHttpStatus);
  refused.finish().http_status = 503;
  const Results results = Fold(script.Events());
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kServerErrors));
  EXPECT_EQ(results.failures[0].text, "503 (http://vllm:8000)");
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
}

TEST(LabelsTest, WhatWasOddAboutResponsesIsCounted) {
  JournalScript script = Busy();
  for (int i = 0; i < 3; ++i) {
    ScriptRequest& request = script.Begin({.at_ms = 7'300.0 + i});
    request.Chunk(7'310, 1).Ok(7'320);
    request.finish().left_open = true;
    request.finish().passed_over = 2;
    request.finish().passed_over_first = i == 0 ? "id" : "usage";
  }
  const Results results = Fold(script.Events());
  ASSERT_TRUE(HasLabel(results.verdict.labels, Label::kPassedOver));
  ASSERT_TRUE(HasLabel(results.verdict.labels, Label::kLeftOpen));
  EXPECT_EQ(results.oddities.passed_over, 3u);
  EXPECT_EQ(results.oddities.left_open, 3u);
  for (const VerdictLabel& label : results.verdict.labels) {
    if (label.code != Label::kPassedOver) continue;
    EXPECT_THAT(label.text, ::testing::HasSubstr("3 responses"));
    EXPECT_THAT(label.text, ::testing::HasSubstr("ignored: id (1), usage (2)"));
  }
  EXPECT_FALSE(HasLabel(Fold(Busy().Events()).verdict.labels, Label::kPassedOver));
}

TEST(LabelsTest, OurOwnCancellationIsNoServerError) {
  JournalScript script = Busy();
  script.Begin({.at_ms = 7'300}).Fail(7'310, Outcome::kCancelled, FailureKind::kCancelledAtLimit);
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kServerErrors));
}

TEST(LabelsTest, PromptsThatDoNotFitAreALabelAboveFivePercent) {
  JournalScript script = Busy();
  const auto refuse = [&script](double at_ms) {
    script.Begin({.at_ms = at_ms}).Fail(at_ms + 5, Outcome::kFailed, FailureKind::kContextOverflow);
  };
  refuse(7'300);
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kContextOverflow));
  for (int i = 0; i < 20; ++i) refuse(7'310 + i);
  EXPECT_TRUE(HasLabel(Fold(script.Events()).verdict.labels, Label::kContextOverflow));
}

TEST(LabelsTest, PromptsThatAreNoLanguageAreALabel) {
  JournalScript script = Busy();
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kSyntheticText));
  script.spec().dataset.synthetic_text = true;
  EXPECT_TRUE(HasLabel(Fold(script.Events()).verdict.labels, Label::kSyntheticText));
}

TEST(LabelsTest, RepliesThatRunPastTheirEndAreALabel) {
  JournalScript script = Busy();
  EXPECT_FALSE(HasLabel(Fold(script.Events()).verdict.labels, Label::kIgnoreEos));
  script.row(0).ignores_eos = true;
  EXPECT_TRUE(HasLabel(Fold(script.Events()).verdict.labels, Label::kIgnoreEos));
  script.row(0).ignores_eos = false;
  script.spec().request.ignore_eos = true;
  EXPECT_TRUE(HasLabel(Fold(script.Events()).verdict.labels, Label::kIgnoreEos));
}

// `requests` of 100 ms, one after another on each of `bs` slots.
Results OfRequests(uint32_t bs, int requests, double each_ms) {
  JournalScript script({.bs = bs});
  for (int i = 0; i < requests; ++i) {
    const uint32_t slot = static_cast<uint32_t>(i) % bs;
    const double at_ms = i / static_cast<int>(bs) * each_ms + slot;
    script.Begin({.slot = slot, .at_ms = at_ms})
        .Chunk(at_ms + 10, 1)
        .Chunk(at_ms + 20, 1)
        .Ok(at_ms + each_ms - 1);
  }
  return Fold(script.Events());
}

TEST(LabelsTest, ARunThatIsTooShortToMeanMuchSaysSoAndKeepsItsFigures) {
  const Results eight = OfRequests(8, 8, 200);
  ASSERT_TRUE(HasLabel(eight.verdict.labels, Label::kTooShort));
  EXPECT_EQ(eight.verdict.state, VerdictState::kValid);
  EXPECT_TRUE(eight.headline.throughput.requests_per_s.has_value());
  const auto& labels = eight.verdict.labels;
  const auto label = std::find_if(labels.begin(), labels.end(),
                                  [](const auto& l) { return l.code == Label::kTooShort; });
  EXPECT_EQ(label->text,
            "8 requests in 0.2 s at bs 8 are mostly the run's start and end, and mean "
            "little: measure 30 or more, for 5 s or longer");
}

TEST(LabelsTest, SoDoManyRequestsInFewSecondsAndFewForEachSlot) {
  EXPECT_TRUE(HasLabel(OfRequests(4, 100, 100).verdict.labels, Label::kTooShort)) << "2.5 s";
  EXPECT_TRUE(HasLabel(OfRequests(4, 20, 2'000).verdict.labels, Label::kTooShort)) << "20 requests";
  EXPECT_TRUE(HasLabel(OfRequests(40, 70, 4'000).verdict.labels, Label::kTooShort))
      << "not 2 a slot";
  EXPECT_FALSE(HasLabel(OfRequests(4, 100, 300).verdict.labels, Label::kTooShort));
  EXPECT_FALSE(HasLabel(Fold(Busy().Events()).verdict.labels, Label::kTooShort));
}

}  // namespace
}  // namespace specctl
