#include "common/report/reconciliation_block.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

Results WithTable() {
  Results results = testing::FullResults();
  Reconciliation table;
  table.Of(ReconciledRow::kTokens) = {1566204.0, 1566204.0, 1566204.0};
  table.Of(ReconciledRow::kSteps) = {595000.0, 607800.0, 607800.0};
  table.Of(ReconciledRow::kDrafts) = {std::nullopt, 553333.0, std::nullopt};
  table.Of(ReconciledRow::kPerStep) = {2.61, 2.57, 2.57};
  table.accept_rates = {{std::nullopt, 0.81, 0.81}};
  table.differences = {{.row = ReconciledRow::kSteps,
                        .position = {},
                        .source = ReconciledSource::kChunks,
                        .against = ReconciledSource::kCounters,
                        .value = -12800,
                        .reasons = {"steps merged into others' chunks"},
                        .expected = true}};
  results.reconciliation = table;
  return results;
}

TEST(ReconciliationBlockTest, RowsThatTwoSourcesTellStandThere) {
  const std::string block = ReconciliationBlock(WithTable());
  EXPECT_THAT(block, HasSubstr("  whole run by              chunks      counters   per request\n"));
  EXPECT_THAT(block, HasSubstr("  steps                    595,000       607,800       607,800\n"));
  EXPECT_THAT(block, HasSubstr("  rate at 1                      -          0.81          0.81\n"));
  // Counters alone: nothing to hold them against.
  EXPECT_THAT(block, Not(HasSubstr("  drafts ")));
}

TEST(ReconciliationBlockTest, EachDifferenceHasItsReasonOrNone) {
  Results results = WithTable();
  EXPECT_THAT(ReconciliationBlock(results),
              HasSubstr("  apart   steps by chunks: 12,800 less (2.1 %) than by counters: steps "
                        "merged into others' chunks\n"));
  results.reconciliation->differences[0].expected = false;
  EXPECT_THAT(ReconciliationBlock(results), HasSubstr("more than explained by steps merged"));
  results.reconciliation->differences[0].reasons.clear();
  EXPECT_THAT(ReconciliationBlock(results), ContainsRegex("counters: nothing\n? *explains it\n"));
}

TEST(ReconciliationBlockTest, WhyCountersAreLeftOutIsSaid) {
  Results results = WithTable();
  results.reconciliation->counters_left_out = "an address alternates between servers";
  EXPECT_THAT(ReconciliationBlock(results),
              HasSubstr("counters are left out: an address alternates between servers\n"));
}

TEST(ReconciliationBlockTest, TokensAloneAreNoTable) {
  Results results = testing::FullResults();
  results.reconciliation.reset();
  EXPECT_EQ(ReconciliationBlock(results), "");
  results.reconciliation = Reconciliation{};
  results.reconciliation->Of(ReconciledRow::kTokens) = {1.0, 1.0, 1.0};
  EXPECT_EQ(ReconciliationBlock(results), "");
}

}  // namespace
}  // namespace specctl
