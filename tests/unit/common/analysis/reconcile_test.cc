#include "common/analysis/reconcile.h"

#include <gmock/gmock.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Values = Reconciliation::Values;

// Drafts of 2: 1 + (2 + 1) + (0 + 1) + (1 + 1) tokens, the last step cut to 1.
ScriptRequest& AddRequest(JournalScript& script, double at_ms) {
  ScriptRequest& request = script.Begin({.at_ms = at_ms});
  request.Chunk(at_ms + 10, 1).Chunk(at_ms + 20, 3).Chunk(at_ms + 30, 1).Chunk(at_ms + 40, 1);
  request.Ok(at_ms + 50);
  request.finish().speculation = SpeculationStats{.drafts = 3,
                                                  .drafted_tokens = 6,
                                                  .accepted_tokens = 3,
                                                  .draft_length = 2,
                                                  .acceptance_histogram = {1, 1, 1}};
  return request;
}

// What the servers count of one such request.
struct Counted {
  double tokens = 6, steps = 3, drafts = 3, drafted = 6, accepted = 3, finished = 1;
};

// Two requests, and counters of `requests` of them and of what is counted `besides`.
JournalScript TwoRequests(double requests = 2, const Counted& besides = {0, 0, 0, 0, 0, 0}) {
  JournalScript script({.bs = 1, .metrics = true});
  AddRequest(script, 0);
  AddRequest(script, 100);
  const Counted one;
  const auto scrape = [&](ScrapeKind kind, double at_ms, double of) {
    const bool after = kind == ScrapeKind::kAfter;
    const auto sum = [&](double Counted::*count) {
      return of * (one.*count) + (after ? besides.*count : 0);
    };
    script.Scrape(kind, at_ms,
                  {{"vllm:generation_tokens_total", sum(&Counted::tokens)},
                   {"vllm:inter_token_latency_seconds_count", sum(&Counted::steps)},
                   {"vllm:spec_decode_num_drafts_total", sum(&Counted::drafts)},
                   {"vllm:spec_decode_num_draft_tokens_total", sum(&Counted::drafted)},
                   {"vllm:spec_decode_num_accepted_tokens_total", sum(&Counted::accepted)},
                   {"vllm:request_success_total", sum(&Counted::finished)}});
  };
  scrape(ScrapeKind::kBefore, -5, 0);
  scrape(ScrapeKind::kAfter, 400, requests);
  return script;
}

TEST(ReconcileTest, ThreeSourcesOfOneRunAgree) {
  const Results results = Fold(TwoRequests().Events());
  ASSERT_TRUE(results.reconciliation);
  const Reconciliation& table = *results.reconciliation;
  EXPECT_EQ(table.Of(ReconciledRow::kTokens), (Values{12.0, 12.0, 12.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kSteps), (Values{6.0, 6.0, 6.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kDrafts), (Values{std::nullopt, 6.0, 6.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kDraftedTokens), (Values{std::nullopt, 12.0, 12.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kAcceptedTokens), (Values{std::nullopt, 6.0, 6.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kPerDraft), (Values{std::nullopt, 2.0, 2.0}));
  EXPECT_EQ(table.Of(ReconciledRow::kPerStep)[1], 2.0);
  // Of the counters there is no family by position here.
  ASSERT_EQ(table.accept_rates.size(), 2u);
  EXPECT_DOUBLE_EQ(*table.accept_rates[0][2], 2.0 / 3);
  for (const Reconciliation::Difference& difference : table.differences) {
    EXPECT_TRUE(difference.expected);
    EXPECT_EQ(difference.row, ReconciledRow::kPerStep);  // chunks estimate it
  }
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kAcceptanceApart));
}

TEST(ReconcileTest, DraftsThatNothingExplainsDegradeTheRun) {
  const Results results = Fold(TwoRequests(2, {0, 0, 1, 0, 0, 0}).Events());
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
  ASSERT_TRUE(HasReason(results.verdict, ReasonCode::kAcceptanceApart));
  const auto& reasons = results.verdict.reasons;
  const auto found = std::find_if(reasons.begin(), reasons.end(), [](const VerdictReason& each) {
    return each.code == ReasonCode::kAcceptanceApart;
  });
  EXPECT_EQ(found->text,
            "drafts by per_request differs by -1 from that by counters, and nothing explains it");
}

TEST(ReconcileTest, MoreDraftsThanTheServersMadeAreNotExplainedByOthers) {
  // Others' requests can only add to the counters.
  JournalScript script = TwoRequests(2, {0, 0, -2, 0, 0, 3});
  const Results results = Fold(script.Events());
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kOtherTraffic));
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kAcceptanceApart));
}

TEST(ReconcileTest, OthersTrafficExplainsWhatTheCountersHaveMore) {
  const Results results = Fold(TwoRequests(3).Events());
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kAcceptanceApart));
  ASSERT_FALSE(results.reconciliation->differences.empty());
  EXPECT_THAT(results.reconciliation->differences[0].reasons,
              ElementsAre("other traffic on the servers"));
}

TEST(ReconcileTest, ARequestThatEndedBadlyExplainsNoMoreThanItCouldHaveHad) {
  const auto with = [](double drafts) {
    JournalScript script = TwoRequests(2, {0, 0, drafts, 0, 0, 0});
    script.spec().request.osl_tokens = 8;
    script.Begin({.at_ms = 200}).Chunk(210, 1).Fail(230, Outcome::kFailed, FailureKind::kTruncated);
    return Fold(script.Events());
  };
  EXPECT_FALSE(HasReason(with(8).verdict, ReasonCode::kAcceptanceApart));
  EXPECT_TRUE(HasReason(with(9).verdict, ReasonCode::kAcceptanceApart));
}

TEST(ReconcileTest, ARequestWithoutStatisticsIsNamed) {
  JournalScript script = TwoRequests(12);
  for (int i = 2; i < 12; ++i) AddRequest(script, 100.0 * i);
  script.Begin({.at_ms = 1'300}).Chunk(1'310, 1).Chunk(1'320, 3).Ok(1'330);
  const Results results = Fold(script.Events());
  bool named = false;
  for (const Reconciliation::Difference& difference : results.reconciliation->differences) {
    for (const std::string& reason : difference.reasons) {
      named = named || reason == "1 ok requests have no statistics";
    }
  }
  // Its drafts are in no counter, and the other way round nothing is missing.
  EXPECT_FALSE(named);
  const Results counted = [] {
    JournalScript more = TwoRequests(12, {4, 1, 1, 2, 2, 1});
    for (int i = 2; i < 12; ++i) AddRequest(more, 100.0 * i);
    more.Begin({.at_ms = 1'300}).Chunk(1'310, 1).Chunk(1'320, 3).Ok(1'330);
    return Fold(more.Events());
  }();
  EXPECT_FALSE(HasReason(counted.verdict, ReasonCode::kAcceptanceApart));
  ASSERT_FALSE(counted.reconciliation->differences.empty());
  EXPECT_THAT(counted.reconciliation->differences[0].reasons,
              ElementsAre("1 ok requests have no statistics"));
}

TEST(ReconcileTest, MergedChunksExplainTheStepsThatChunksLack) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 3; ++i) AddRequest(script, 100.0 * i);
  // Its three steps came in two chunks.
  ScriptRequest& merged = script.Begin({.at_ms = 300});
  merged.Chunk(310, 1).Chunk(320, 4).Chunk(330, 1).Ok(340);
  merged.finish().speculation = SpeculationStats{.drafts = 3,
                                                 .drafted_tokens = 6,
                                                 .accepted_tokens = 3,
                                                 .draft_length = 2,
                                                 .acceptance_histogram = {1, 1, 1}};
  const Results results = Fold(script.Events());
  const Reconciliation& table = *results.reconciliation;
  EXPECT_EQ(table.Of(ReconciledRow::kSteps), (Values{11.0, std::nullopt, 12.0}));
  ASSERT_FALSE(table.differences.empty());
  EXPECT_EQ(table.differences[0].against, ReconciledSource::kPerRequest);
  EXPECT_EQ(table.differences[0].value, -1);
  EXPECT_THAT(table.differences[0].reasons, ElementsAre("steps merged into others' chunks"));
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kAcceptanceApart));
}

TEST(ReconcileTest, WithoutSpeculationThereIsNothingToReconcile) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunks(10, 5, 5, 1).Ok(80);
  EXPECT_FALSE(Fold(script.Events()).reconciliation);
}

}  // namespace
}  // namespace specctl
