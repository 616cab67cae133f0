#include "common/session/prepare_intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

Slice::Entry Row(uint64_t order_index) {
  Slice::Entry entry;
  entry.order_index = order_index;
  entry.item.turns = {{{"user", "q" + std::to_string(order_index), ""}}};
  return entry;
}

// Agent 1 of 2, five rows, bs 4: positions 1 and 3, two slots.
PreparePart Whole() {
  PreparePart part;
  part.run_id = "run-1";
  LoadJob& job = part.head.emplace();
  job.spec.run_id = "run-1";
  job.spec.load.shape = ClosedLoop{4};
  job.targets = {{.url = "http://gpu:8000", .dialect = "{}"}};
  job.slice.agent = 1;
  job.slice.agents = 2;
  job.slice.rows = 5;
  job.slice.slots = 2;
  job.slice.limits.positions_end = 5;
  part.entries = {Row(1), Row(3)};
  part.last = true;
  return part;
}

void ExpectRefused(const PreparePart& part, const char* why) {
  const auto job = PrepareIntake().TakePart(part);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr(why));
}

TEST(PrepareIntakeTest, OnePartMakesAJob) {
  const auto job = PrepareIntake().TakePart(Whole());
  ASSERT_TRUE(job.ok() && *job) << job.status();
  EXPECT_EQ((*job)->spec.run_id, "run-1");
  EXPECT_EQ((*job)->slice.slots, 2u);
  ASSERT_EQ((*job)->slice.entries.size(), 2u);
  EXPECT_EQ((*job)->slice.entries[1].order_index, 3u);
  EXPECT_EQ((*job)->slice.entries[1].item.turns.at(0).at(0).content, "q3");
}

TEST(PrepareIntakeTest, PartsAreJoinedAndOnlyTheFirstHasTheRest) {
  PreparePart first = Whole();
  first.last = false;
  first.entries.pop_back();
  PreparePart second;
  second.entries = {Row(3)};
  second.last = true;
  PrepareIntake intake;
  const auto none = intake.TakePart(first);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
  const auto job = intake.TakePart(second);
  ASSERT_TRUE(job.ok() && *job) << job.status();
  EXPECT_EQ((*job)->slice.entries.size(), 2u);
  EXPECT_EQ((*job)->slice.agents, 2u);
}

TEST(PrepareIntakeTest, AfterACutTheSliceBeginsAnew) {
  PreparePart first = Whole();
  first.last = false;
  PrepareIntake intake;
  ASSERT_TRUE(intake.TakePart(first).ok());
  intake.Reset();
  const auto job = intake.TakePart(Whole());
  ASSERT_TRUE(job.ok() && *job) << job.status();
  EXPECT_EQ((*job)->slice.entries.size(), 2u);
}

TEST(PrepareIntakeTest, WhatMakesNoJobIsRefused) {
  PreparePart part = Whole();
  part.head.reset();
  ExpectRefused(part, "need its first part");
  part = Whole();
  part.head->targets.clear();
  ExpectRefused(part, "need a target");
  part = Whole();
  part.head->slice.agent = 2;
  ExpectRefused(part, "got agent 2 of 2");
  part = Whole();
  part.entries.pop_back();
  ExpectRefused(part, "need the 2 conversations of agent 1");
  part = Whole();
  part.entries[1].item.turns.clear();
  ExpectRefused(part, "need the 2 conversations of agent 1");
  part = Whole();
  part.head->slice.slots = 3;
  ExpectRefused(part, "3 slots of agent 1");
}

TEST(PrepareIntakeTest, ASliceThatClaimsToBeEndlessIsRefusedAtOnce) {
  PreparePart part = Whole();
  part.head->slice.rows = ~uint64_t{0};
  part.head->slice.limits.positions_end.reset();
  ExpectRefused(part, "need the 18446744073709551615 conversations of agent 1");
}

}  // namespace
}  // namespace specctl
