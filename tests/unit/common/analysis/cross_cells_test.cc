#include "common/analysis/cross_cells.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

// Request `at`: a prompt's step, then `steps` decoding steps of `tokens` tokens each.
void AddRequest(JournalScript& script, double at_ms, uint32_t tokens, int steps = 4) {
  script.Begin({.at_ms = at_ms})
      .Chunk(at_ms + 5, 1)
      .Chunks(steps, at_ms + 10, 10, tokens)
      .Ok(at_ms + 80);
}

const CrossCell* CellOf(const Results& results, std::optional<Dimension> by,
                        const std::string& key) {
  for (const CrossCell& cell : results.cells) {
    if (cell.by == by && cell.key == key) return &cell;
  }
  return nullptr;
}

TEST(CrossCellsTest, TheWholeRunCountsNotTheHoldAlone) {
  JournalScript script({.rows = 2});
  script.row(0).category = "coding";
  script.row(1).category = "math";
  for (int i = 0; i < 4; ++i) AddRequest(script, 100.0 * i, i % 2 == 0 ? 3 : 2);
  const Results results = Fold(script.Events());
  const CrossCell* coding = CellOf(results, Dimension::kCategory, "coding");
  ASSERT_NE(coding, nullptr);
  EXPECT_EQ(coding->requests, 2u);
  ASSERT_TRUE(coding->acceptance && coding->acceptance->delivered_per_step);
  EXPECT_DOUBLE_EQ(coding->acceptance->delivered_per_step->value, 3);
  EXPECT_EQ(coding->user_tps_requests, 2u);
  const CrossCell* all = CellOf(results, std::nullopt, "");
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->requests, 4u);
  EXPECT_DOUBLE_EQ(all->acceptance->delivered_per_step->value, 2.5);
}

TEST(CrossCellsTest, AWarmUpAndTheRampBeforeItAreLeftOut) {
  for (const int64_t warmup_ms : {0, 1000}) {
    JournalScript script({.warmup_ms = warmup_ms});
    AddRequest(script, 10, 3);
    AddRequest(script, 2'500, 2);
    const Results results = Fold(script.Events());
    const CrossCell* all = CellOf(results, std::nullopt, "");
    ASSERT_NE(all, nullptr);
    EXPECT_EQ(all->requests, warmup_ms > 0 ? 1u : 2u);
  }
}

TEST(CrossCellsTest, RequestsThatEndedBadlyAreInNoCell) {
  JournalScript script({});
  AddRequest(script, 10, 3);
  script.Begin({.at_ms = 200}).Chunk(210, 1).Fail(300, Outcome::kFailed, FailureKind::kTruncated);
  const Results results = Fold(script.Events());
  EXPECT_EQ(CellOf(results, std::nullopt, "")->requests, 1u);
}

}  // namespace
}  // namespace specctl
