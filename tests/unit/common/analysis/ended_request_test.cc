#include "common/analysis/ended_request.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

constexpr int64_t kBeginMonoNs = 5'000'000'000;  // on the agent's clock

RunContext SomeRun() {
  RunContext run;
  run.begun = RunBegun();
  run.begun->spec.dataset.rows = 10;
  return run;
}

OpenRequest Opened() {
  OpenRequest open;
  open.begun = {.ordinal = 4,
                .position = 23,
                .turn = 1,
                .target = 2,
                .due_mono_ns = kBeginMonoNs - 3,
                .begin_mono_ns = kBeginMonoNs};
  open.to_run_ns = -kBeginMonoNs;
  return open;
}

TEST(EndedRequestTest, ARequestThatNeverEndedIsLostAndHasNoTimesButItsBegin) {
  const EndedRequest request = EndRequest(SomeRun(), 7, Opened(), nullptr);
  const SettledRequest& settled = request.settled;
  EXPECT_EQ(request.cycle, 2u);
  EXPECT_EQ(settled.agent, 7u);
  EXPECT_EQ(settled.target, 2u);
  EXPECT_EQ(settled.outcome, Outcome::kLost);
  EXPECT_EQ(settled.failure, FailureKind::kAgentLost);
  EXPECT_EQ(settled.begin_ns, 0);
  EXPECT_EQ(settled.due_ns, -3);
  for (const SettledRequest::Time time_ns :
       {settled.start_ns, settled.end_ns, settled.first_token_ns, settled.last_token_ns,
        settled.first_answer_ns, settled.connect_ns, settled.round_trip_ns}) {
    EXPECT_FALSE(time_ns.has_value());
  }
  EXPECT_FALSE(settled.input_tokens.has_value());
  EXPECT_FALSE(settled.first_chunk_tokens.has_value());
  EXPECT_FALSE(settled.draft_length.has_value());
  EXPECT_FALSE(BestSteps(request).has_value());
}

TEST(EndedRequestTest, ZeroIsThere) {
  OpenRequest open = Opened();
  open.AddChunk({.arrival_us = kBeginMonoNs / 1000, .tokens = 3});
  RequestFinished finish;
  finish.start_mono_ns = finish.end_mono_ns = kBeginMonoNs;  // at T0 itself
  finish.connect_ns = 0;
  finish.input_tokens = 0;
  const SettledRequest settled = EndRequest(SomeRun(), 0, open, &finish).settled;
  EXPECT_EQ(settled.start_ns.value_or(1), 0);
  EXPECT_EQ(settled.end_ns.value_or(1), 0);
  EXPECT_EQ(settled.first_token_ns.value_or(1), 0);
  EXPECT_EQ(settled.last_token_ns.value_or(1), 0);
  EXPECT_EQ(settled.connect_ns.value_or(1), 0);
  EXPECT_EQ(settled.input_tokens.value_or(1), 0u);
  EXPECT_EQ(settled.first_chunk_tokens.value_or(1), 3u);
}

TEST(EndedRequestTest, WithTotalsOnlyTheFirstChunkIsTakenForOneToken) {
  RequestFinished finish;
  finish.token_source = TokenSource::kTotalsOnly;
  finish.output_tokens = 100;
  const SettledRequest settled = EndRequest(SomeRun(), 0, Opened(), &finish).settled;
  EXPECT_EQ(settled.first_chunk_tokens.value_or(0), 1u);
  EXPECT_EQ(settled.output_tokens.value_or(0), 100u);
  EXPECT_FALSE(settled.first_token_ns.has_value());
}

TEST(EndedRequestTest, AnUnknownDraftLengthIsAbsent) {
  RequestFinished finish;
  finish.speculation.emplace();
  EXPECT_FALSE(EndRequest(SomeRun(), 0, Opened(), &finish).settled.draft_length.has_value());
  finish.speculation->draft_length = 3;
  EXPECT_EQ(EndRequest(SomeRun(), 0, Opened(), &finish).settled.draft_length.value_or(0), 3u);
}

TEST(EndedRequestTest, AnsweredTimeIsOfTheFirstChunkThatIsNoReasoning) {
  OpenRequest open = Opened();
  open.AddChunk({.arrival_us = kBeginMonoNs / 1000 + 10, .tokens = 1, .reasoning = true});
  EXPECT_FALSE(open.answer_us.has_value());
  open.AddChunk({.arrival_us = kBeginMonoNs / 1000 + 30, .tokens = 1});
  const SettledRequest settled = EndRequest(SomeRun(), 0, open, nullptr).settled;
  EXPECT_TRUE(settled.has_reasoning);
  EXPECT_EQ(settled.first_token_ns.value_or(0), 10'000);
  EXPECT_EQ(settled.first_answer_ns.value_or(0), 30'000);
}

// One is kept for each request of a run.
TEST(EndedRequestTest, WhatIsKeptOfARequestHas288Bytes) { EXPECT_LE(sizeof(SettledRequest), 288u); }

}  // namespace
}  // namespace specctl
