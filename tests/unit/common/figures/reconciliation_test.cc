#include "common/figures/reconciliation.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(ReconciliationTest, RowsAndSourcesAreNamedAsSummaryJsonHasThem) {
  EXPECT_EQ(ReconciledRowName(ReconciledRow::kDraftedTokens), "drafted_tokens");
  EXPECT_EQ(ReconciledRowName(ReconciledRow::kPerDraft), "per_draft");
  EXPECT_EQ(ReconciledSourceName(ReconciledSource::kPerRequest), "per_request");
}

}  // namespace
}  // namespace specctl
