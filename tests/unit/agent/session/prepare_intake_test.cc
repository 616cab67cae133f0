#include "agent/session/prepare_intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/journal/event_codec.h"

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;

v1::SliceConversation Row(uint64_t order_index) {
  v1::SliceConversation row;
  row.set_order_index(order_index);
  auto* message = row.add_turns()->add_messages();
  message->set_role("user");
  message->set_content("q" + std::to_string(order_index));
  row.set_line(10 + order_index);
  row.set_question_id("id-" + std::to_string(order_index));
  return row;
}

// Agent 1 of 2, five rows, bs 4: positions 1 and 3, two slots.
v1::Prepare Whole() {
  RunSpec spec;
  spec.run_id = "run-1";
  spec.load.bs = 4;
  v1::Prepare part;
  *part.mutable_spec() = ToProto(spec);
  auto* header = part.add_headers();
  header->set_name("X-Token");
  header->set_value("t");
  auto* target = part.add_targets();
  target->set_url("http://gpu:8000");
  target->set_engine("vllm");
  target->set_continuous_usage(true);
  target->set_ignore_usage_on_chunks(true);
  target->set_no_stream_options(true);
  target->set_model("lora");
  target->set_authorization("Bearer key");
  part.set_agent(1);
  part.set_agents(2);
  part.set_rows(5);
  part.set_slots(2);
  part.set_positions_end(5);
  *part.add_conversations() = Row(1);
  *part.add_conversations() = Row(3);
  part.set_last(true);
  return part;
}

void ExpectRefused(const v1::Prepare& part, const char* why) {
  const auto job = PrepareIntake().Take(part);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr(why));
}

TEST(PrepareIntakeTest, OnePartMakesAJob) {
  const auto job = PrepareIntake().Take(Whole());
  ASSERT_TRUE(job.ok() && *job) << job.status();
  const LoadJob& load = **job;
  EXPECT_EQ(load.spec.run_id, "run-1");
  EXPECT_EQ(load.headers.at(0).second, "t");
  EXPECT_EQ(load.targets.at(0).url, "http://gpu:8000");
  EXPECT_TRUE(load.targets[0].continuous_usage);
  EXPECT_TRUE(load.targets[0].ignore_usage_on_chunks);
  EXPECT_FALSE(load.targets[0].stream_options);
  EXPECT_EQ(load.targets[0].model, "lora");
  EXPECT_EQ(load.targets[0].authorization, "Bearer key");
  EXPECT_EQ(load.slice.agent, 1u);
  EXPECT_EQ(load.slice.agents, 2u);
  EXPECT_EQ(load.slice.slots, 2u);
  EXPECT_EQ(load.slice.limits.positions_end, 5u);
  ASSERT_EQ(load.slice.entries.size(), 2u);
  EXPECT_EQ(load.slice.entries[1].order_index, 3u);
  EXPECT_EQ(load.slice.entries[1].item.turns.at(0).at(0).content, "q3");
  EXPECT_EQ(load.slice.entries[1].item.line, 13u);
  EXPECT_EQ(load.slice.entries[1].item.question_id, "id-3");
}

TEST(PrepareIntakeTest, PartsAreJoinedAndOnlyTheFirstHasTheRest) {
  v1::Prepare first = Whole();
  first.set_last(false);
  first.mutable_conversations()->RemoveLast();
  v1::Prepare second;
  *second.add_conversations() = Row(3);
  second.set_last(true);
  PrepareIntake intake;
  const auto none = intake.Take(first);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
  const auto job = intake.Take(second);
  ASSERT_TRUE(job.ok() && *job) << job.status();
  EXPECT_EQ((*job)->slice.entries.size(), 2u);
  EXPECT_EQ((*job)->slice.agents, 2u);
}

TEST(PrepareIntakeTest, AfterACutTheSliceBeginsAnew) {
  v1::Prepare first = Whole();
  first.set_last(false);
  PrepareIntake intake;
  ASSERT_TRUE(intake.Take(first).ok());
  intake.Reset();
  const auto job = intake.Take(Whole());
  ASSERT_TRUE(job.ok() && *job) << job.status();
  EXPECT_EQ((*job)->slice.entries.size(), 2u);
}

TEST(PrepareIntakeTest, WhatMakesNoJobIsRefused) {
  v1::Prepare part = Whole();
  part.clear_targets();
  ExpectRefused(part, "need a target");
  part = Whole();
  part.set_agent(2);
  ExpectRefused(part, "got agent 2 of 2");
  part = Whole();
  part.mutable_conversations()->RemoveLast();
  ExpectRefused(part, "need the 2 conversations of agent 1");
  part = Whole();
  part.mutable_conversations(1)->clear_turns();
  ExpectRefused(part, "need the 2 conversations of agent 1");
  part = Whole();
  part.set_slots(3);
  ExpectRefused(part, "3 slots of agent 1");
}

TEST(PrepareIntakeTest, AnUnknownValueOfTheSpecIsNamedAfterTheLastPart) {
  v1::Prepare first = Whole();
  first.mutable_spec()->mutable_request()->set_endpoint(static_cast<v1::Endpoint>(7));
  first.set_last(false);
  PrepareIntake intake;
  ASSERT_TRUE(intake.Take(first).ok());
  v1::Prepare end;
  end.set_last(true);
  const auto job = intake.Take(end);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(job.status().message()),
              HasSubstr("Prepare: spec.request.endpoint: got 7"));
  const auto again = intake.Take(Whole());
  EXPECT_TRUE(again.ok() && *again);
}

TEST(PrepareIntakeTest, ASliceThatClaimsToBeEndlessIsRefusedAtOnce) {
  v1::Prepare part = Whole();
  part.set_rows(~uint64_t{0});
  part.clear_positions_end();
  ExpectRefused(part, "need the 18446744073709551615 conversations of agent 1");
}

}  // namespace
}  // namespace specctl::agent
