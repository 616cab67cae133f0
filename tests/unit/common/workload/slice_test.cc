#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/workload/slice.h"

namespace specctl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

WorkloadLimits Until(uint64_t positions_end) {
  WorkloadLimits limits;
  limits.positions_end = positions_end;
  return limits;
}

TEST(SliceTest, SlotsAddUpAndDifferByOneAtMost) {
  for (const uint32_t bs : {1u, 15u, 16u, 17u, 512u, 4096u}) {
    for (uint32_t agents = 1; agents <= std::min(bs, 16u); ++agents) {
      uint32_t sum = 0;
      for (uint32_t agent = 0; agent < agents; ++agent) {
        const uint32_t slots = SlotsOfAgent(bs, agent, agents);
        EXPECT_GE(slots, bs / agents);
        EXPECT_LE(slots, bs / agents + 1);
        if (agent > 0) {
          EXPECT_LE(slots, SlotsOfAgent(bs, agent - 1, agents));
        }
        sum += slots;
      }
      EXPECT_EQ(sum, bs);
    }
  }
}

TEST(SliceTest, LocalSlotsAreTheSlotsOfTheRun) {
  constexpr uint32_t kBs = 37;
  constexpr uint32_t kAgents = 5;
  std::set<uint32_t> slots;
  for (uint32_t agent = 0; agent < kAgents; ++agent) {
    for (uint32_t j = 0; j < SlotsOfAgent(kBs, agent, kAgents); ++j) {
      slots.insert(j * kAgents + agent);
    }
  }
  EXPECT_EQ(slots.size(), kBs);
  EXPECT_EQ(*slots.rbegin(), kBs - 1);
}

TEST(SliceTest, OneCycleIsDividedWithoutRest) {
  for (const uint64_t rows : {1u, 7u, 880u, 1536u}) {
    for (uint32_t agents = 1; agents <= 16; ++agents) {
      std::vector<uint64_t> all;
      for (uint32_t agent = 0; agent < agents; ++agent) {
        const auto indices = OrderIndicesOfAgent(agent, agents, rows, Until(rows));
        EXPECT_TRUE(std::is_sorted(indices.begin(), indices.end()));
        all.insert(all.end(), indices.begin(), indices.end());
      }
      std::sort(all.begin(), all.end());
      ASSERT_EQ(all.size(), rows);
      for (uint64_t k = 0; k < rows; ++k) ASSERT_EQ(all[k], k);
    }
  }
}

TEST(SliceTest, RepeatsMeetOtherRows) {
  EXPECT_THAT(OrderIndicesOfAgent(1, 2, 5, Until(5)), ElementsAre(1, 3));
  EXPECT_THAT(OrderIndicesOfAgent(1, 2, 5, Until(8)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(OrderIndicesOfAgent(1, 2, 5, WorkloadLimits()), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(OrderIndicesOfAgent(1, 2, 6, WorkloadLimits()), ElementsAre(1, 3, 5));
  EXPECT_THAT(OrderIndicesOfAgent(0, 1, 3, Until(1'000'000'000'000)), ElementsAre(0, 1, 2));
}

TEST(SliceTest, AgentBeyondThePlanHasNothing) {
  EXPECT_THAT(OrderIndicesOfAgent(3, 4, 10, Until(3)), IsEmpty());
  EXPECT_THAT(OrderIndicesOfAgent(2, 4, 10, Until(3)), ElementsAre(2));
  EXPECT_THAT(OrderIndicesOfAgent(5, 16, 3, Until(3)), IsEmpty());
  EXPECT_THAT(OrderIndicesOfAgent(5, 16, 3, WorkloadLimits()), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace specctl
