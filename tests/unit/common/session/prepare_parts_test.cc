#include "common/session/prepare_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::ElementsAre;

// Rows whose texts have `bytes` bytes each, beside "user".
std::shared_ptr<const Workload> Rows(const std::vector<size_t>& bytes) {
  auto workload = std::make_shared<Workload>();
  for (const size_t size : bytes) {
    WorkloadItem item;
    item.turns = {{{"user", std::string(size, 'x'), ""}}};
    workload->items.push_back(item);
  }
  return workload;
}

// Of agent `agent` of `agents`, without a limit.
LoadJob Head(uint64_t rows, uint32_t agent = 0, uint32_t agents = 1) {
  LoadJob head;
  head.spec.run_id = "run-1";
  head.slice.agent = agent;
  head.slice.agents = agents;
  head.slice.rows = rows;
  return head;
}

std::vector<std::vector<uint64_t>> IndicesOfParts(PrepareParts parts) {
  std::vector<std::vector<uint64_t>> indices;
  while (!parts.done()) {
    const PreparePart part = parts.Next();
    EXPECT_EQ(part.last, parts.done());
    EXPECT_EQ(part.head.has_value(), indices.empty());
    EXPECT_EQ(part.run_id, "run-1");
    indices.emplace_back();
    for (const Slice::Entry& entry : part.entries) indices.back().push_back(entry.order_index);
  }
  return indices;
}

TEST(PreparePartsTest, PartsAreFilledUpToTheirSize) {
  EXPECT_THAT(IndicesOfParts(PrepareParts(Head(5), Rows({40, 40, 40, 40, 40}), 100)),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(PreparePartsTest, OnlyTheAgentsRowsAreSent) {
  EXPECT_THAT(IndicesOfParts(PrepareParts(Head(6, 1, 3), Rows({1, 1, 1, 1, 1, 1}))),
              ElementsAre(ElementsAre(1, 4)));
}

TEST(PreparePartsTest, ARowLargerThanAPartGoesAlone) {
  EXPECT_THAT(IndicesOfParts(PrepareParts(Head(3), Rows({10, 5000, 10}), 100)),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(PreparePartsTest, AnEmptySliceIsOneLastPart) {
  LoadJob head = Head(1, 1, 2);
  head.slice.limits.positions_end = 1;
  EXPECT_THAT(IndicesOfParts(PrepareParts(head, Rows({1}))), ElementsAre(ElementsAre()));
}

}  // namespace
}  // namespace specctl
