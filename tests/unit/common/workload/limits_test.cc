#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "common/workload/limits.h"

namespace specctl {
namespace {

// Rows of 1, 3 and 2 turns, in the order 2, 0, 1: turns by position 2, 1, 3, 2, 1, 3, ...
const std::vector<RowFacts> kRows = {{.category = "a", .tier = "", .turns = 1},
                                     {.category = "b", .tier = "", .turns = 3},
                                     {.category = "c", .tier = "", .turns = 2}};
const std::vector<uint32_t> kOrder = {2, 0, 1};

WorkloadLimits Limits(const LoadSpec& load) {
  const absl::StatusOr<WorkloadLimits> limits = ComputeLimits(load, kRows, kOrder);
  EXPECT_TRUE(limits.ok()) << limits.status();
  return limits.value_or(WorkloadLimits());
}

void ExpectRefused(const LoadSpec& load, std::string_view text) {
  const absl::StatusOr<WorkloadLimits> limits = ComputeLimits(load, kRows, kOrder);
  EXPECT_EQ(limits.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(limits.status().message()), text);
}

TEST(LimitsTest, WithoutALimitTheDatasetIsSentOnce) {
  const WorkloadLimits limits = Limits({});
  EXPECT_EQ(limits.positions_end, 3u);
  EXPECT_EQ(limits.last_position_turns, std::nullopt);
  EXPECT_EQ(limits.planned_requests, 6u);
}

TEST(LimitsTest, ConversationsRunOnThroughRepeats) {
  LoadSpec load;
  load.conversations_max = 2;
  EXPECT_EQ(Limits(load).positions_end, 2u);
  EXPECT_EQ(Limits(load).planned_requests, 3u);
  load.conversations_max = 7;
  EXPECT_EQ(Limits(load).positions_end, 7u);
  EXPECT_EQ(Limits(load).planned_requests, 14u);
}

TEST(LimitsTest, RequestsCutTheLastConversation) {
  const struct {
    uint64_t requests;
    uint64_t positions_end;
    std::optional<uint32_t> last_position_turns;
  } cases[] = {{1, 1, 1},
               {2, 1, std::nullopt},
               {3, 2, std::nullopt},
               {4, 3, 1},
               {5, 3, 2},
               {6, 3, std::nullopt},
               {7, 4, 1},
               {6'000'000'003, 3'000'000'002, std::nullopt},
               {6'000'000'004, 3'000'000'003, 1}};
  for (const auto& expected : cases) {
    LoadSpec load;
    load.requests_max = expected.requests;
    const WorkloadLimits limits = Limits(load);
    EXPECT_EQ(limits.positions_end, expected.positions_end) << expected.requests;
    EXPECT_EQ(limits.last_position_turns, expected.last_position_turns) << expected.requests;
    EXPECT_EQ(limits.planned_requests, expected.requests);
  }
}

TEST(LimitsTest, DurationAloneHasNoEnd) {
  LoadSpec load;
  load.duration = std::chrono::seconds(5);
  EXPECT_EQ(Limits(load).positions_end, std::nullopt);
  EXPECT_EQ(Limits(load).planned_requests, std::nullopt);
}

TEST(LimitsTest, DurationWithANumberKeepsTheNumber) {
  LoadSpec load;
  load.duration = std::chrono::seconds(5);
  load.requests_max = 4;
  EXPECT_EQ(Limits(load).positions_end, 3u);
  EXPECT_EQ(Limits(load).planned_requests, 4u);
  load.requests_max = std::nullopt;
  load.conversations_max = 2;
  EXPECT_EQ(Limits(load).positions_end, 2u);
}

TEST(LimitsTest, LimitsThatExcludeEachOtherOrAreZeroAreRefused) {
  LoadSpec load;
  load.requests_max = 1;
  load.conversations_max = 1;
  ExpectRefused(
      load, "--requests, --conversations: need one of the two, got both; --requests counts turns");
  load = {};
  load.requests_max = 0;
  ExpectRefused(load, "--requests: need at least 1, got 0");
  load = {};
  load.conversations_max = 0;
  ExpectRefused(load, "--conversations: need at least 1, got 0");
  load = {};
  load.duration = Nanos(0);
  ExpectRefused(load, "--duration: need a time above 0");
}

TEST(LimitsTest, DatasetWithoutRowsIsRefused) {
  const absl::StatusOr<WorkloadLimits> limits = ComputeLimits({}, {}, {});
  EXPECT_EQ(limits.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(limits.status().message(), "--dataset: need at least 1 row, got none");
}

}  // namespace
}  // namespace specctl
