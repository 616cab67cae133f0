#include "common/workload/workload.h"

#include <gtest/gtest.h>

#include "tests/fakes/six_rows.h"

namespace specctl {
namespace {

using fakes::SixRows;

TEST(WorkloadTest, RowsTellOfFieldsThatChangeWhereRepliesEnd) {
  Dataset dataset = SixRows();
  dataset.conversations[4].extra_json = R"({"stop":["###"],"top_k":1})";
  dataset.conversations[5].extra_json = R"({"top_k":1,"ignore_eos":true})";
  const auto workload = MakeWorkload(std::move(dataset), {.shape = ClosedLoop{2}, .seed = 3}, {});
  ASSERT_TRUE(workload.ok()) << workload.status();
  for (const PlannedRow& row : workload->rows) {
    EXPECT_EQ(row.has_stop, row.question_id == "4");
    EXPECT_EQ(row.ignores_eos, row.question_id == "5");
  }
}

TEST(WorkloadTest, RowsAndItemsStandInTheOrderOfTheWorkload) {
  const auto workload = MakeWorkload(SixRows(), {.shape = ClosedLoop{2}, .seed = 3}, {});
  ASSERT_TRUE(workload.ok()) << workload.status();
  ASSERT_EQ(workload->rows.size(), 6u);
  EXPECT_EQ(workload->limits.planned_requests, 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(workload->rows[i].order_index, i);
    EXPECT_EQ(workload->rows[i].question_id, workload->items[i].question_id);
  }
}

TEST(WorkloadTest, CopiesOfAConversationStandSideBySide) {
  const auto workload = MakeWorkload(SixRows(), {.shape = ClosedLoop{2}, .seed = 3}, {}, 2);
  const auto single = MakeWorkload(SixRows(), {.shape = ClosedLoop{2}, .seed = 3}, {});
  ASSERT_TRUE(workload.ok()) << workload.status();
  ASSERT_EQ(workload->rows.size(), 12u);
  EXPECT_EQ(workload->limits.planned_requests, 12u);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(workload->rows[i].order_index, i);
    EXPECT_EQ(workload->rows[i].question_id, single->rows[i / 2].question_id);
    EXPECT_EQ(workload->items[i].turns.size(), single->items[i / 2].turns.size());
    EXPECT_FALSE(workload->items[i].turns.front().empty()) << "neither is moved from";
  }
}

}  // namespace
}  // namespace specctl
