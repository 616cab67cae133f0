#include "common/analysis/held_request.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

// A hold from 1 to 11 s, in which slot 0 is busy with requests of 250 ms, 20 tokens in 10 ms steps;
// slot 1 is for the request at hand.
JournalScript Script() {
  JournalScript script({.bs = 2, .duration_ms = 11'000});
  script.Begin({.slot = 1, .at_ms = 100}).Chunk(120, 1).Ok(130);
  for (int i = 0; i < 44; ++i) {
    const double at_ms = 50 + 250.0 * i;
    script.Begin({.at_ms = at_ms})
        .Chunk(at_ms + 20, 1)
        .Chunks(10, at_ms + 30, 10, 2)
        .Ok(at_ms + 200);
  }
  return script;
}

LatencyFigures LatencyOf(const JournalScript& script) {
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.headline_is_whole_run);
  EXPECT_EQ(results.hold->start_s + results.hold->length_s, 11);
  return results.headline.latency;
}

TEST(HeldRequestTest, WhatEndedInTheHoldIsAsItWas) {
  JournalScript script = Script();
  script.Begin({.slot = 1, .at_ms = 11'050}).Chunk(11'060, 1).Ok(11'100);
  const LatencyFigures latency = LatencyOf(script);
  EXPECT_EQ(latency.request_latency_ms->censored, 0u);
  EXPECT_DOUBLE_EQ(latency.request_latency_ms->max, 200);
  EXPECT_DOUBLE_EQ(latency.itl_ms->max, 5);
}

TEST(HeldRequestTest, AnUnfinishedLatencyIsCensoredWhereTheHoldEnds) {
  JournalScript script = Script();
  // Would be the longest, were it not cut at 11 s; its end in the drain tells nothing.
  script.Begin({.slot = 1, .at_ms = 9'000}).Chunk(9'020, 1).Chunks(300, 9'030, 10, 1).Ok(12'100);
  const LatencyFigures latency = LatencyOf(script);
  EXPECT_EQ(latency.request_latency_ms->count, 41u);
  EXPECT_EQ(latency.request_latency_ms->censored, 1u);
  EXPECT_DOUBLE_EQ(latency.request_latency_ms->p50, 200);
  EXPECT_TRUE(std::isnan(latency.request_latency_ms->max)) << "beyond the last observed";
  EXPECT_TRUE(std::isnan(latency.request_latency_ms->p99));
  EXPECT_EQ(latency.ttft_ms->count, 41u) << "kept: the first token came";
  EXPECT_EQ(latency.ttft_ms->censored, 0u);
}

TEST(HeldRequestTest, ItsStreamIsThatOfTheHold) {
  JournalScript script = Script();
  // 100 tokens/s in the hold, 1,000 in the drain, where it is alone.
  script.Begin({.slot = 1, .at_ms = 9'000})
      .Chunk(9'005, 1)
      .Chunks(199, 9'015, 10, 1)
      .Chunks(500, 11'001, 1, 1)
      .Ok(12'000);
  const LatencyFigures latency = LatencyOf(script);
  EXPECT_NEAR(latency.user_tps->min, 100, 0.1);
  EXPECT_NEAR(latency.itl_ms->max, 10, 0.01);
  // 40 requests of 10 steps, and the 199 of this one that came in the hold.
  EXPECT_EQ(latency.step_latency_ms->count, 40u * 10 + 199);
  EXPECT_DOUBLE_EQ(latency.step_latency_ms->min, 10);
}

TEST(HeldRequestTest, WhatBecomesOfItLaterDoesNotMatter) {
  JournalScript cancelled = Script(), failed = Script();
  cancelled.Begin({.slot = 1, .at_ms = 9'000})
      .Chunk(9'005, 1)
      .Chunks(199, 9'015, 10, 1)
      .Fail(12'000, Outcome::kCancelled, FailureKind::kCancelledAtLimit);
  failed.Begin({.slot = 1, .at_ms = 9'000})
      .Chunk(9'005, 1)
      .Chunks(199, 9'015, 10, 1)
      .Fail(11'500, Outcome::kFailed, FailureKind::kTruncated);
  for (const JournalScript* script : {&cancelled, &failed}) {
    const LatencyFigures latency = LatencyOf(*script);
    EXPECT_EQ(latency.request_latency_ms->censored, 1u);
    EXPECT_NEAR(latency.user_tps->min, 100, 0.1);
    EXPECT_EQ(latency.step_latency_ms->count, 40u * 10 + 199);
  }
}

TEST(HeldRequestTest, WhatFailedInTheHoldIsInNone) {
  JournalScript script = Script();
  script.Begin({.slot = 1, .at_ms = 9'000})
      .Chunk(9'005, 1)
      .Fail(10'500, Outcome::kFailed, FailureKind::kTruncated);
  const LatencyFigures latency = LatencyOf(script);
  EXPECT_EQ(latency.request_latency_ms->count, 40u);
  EXPECT_EQ(latency.ttft_ms->count, 40u);
}

TEST(HeldRequestTest, AFirstTokenAfterTheHoldIsAWaitCensoredThere) {
  JournalScript script = Script();
  script.Begin({.slot = 1, .at_ms = 10'500}).Chunk(11'400, 1).Chunks(9, 11'410, 10, 1).Ok(11'600);
  const LatencyFigures latency = LatencyOf(script);
  EXPECT_EQ(latency.ttft_ms->count, 41u);
  EXPECT_EQ(latency.ttft_ms->censored, 1u);
  EXPECT_DOUBLE_EQ(latency.ttft_ms->p90, 20);
  EXPECT_EQ(latency.user_tps->count, 40u);
}

TEST(HeldRequestTest, TheWholeRunHasItWhole) {
  JournalScript script = Script();
  script.Begin({.slot = 1, .at_ms = 9'000}).Chunk(9'020, 1).Chunks(300, 9'030, 10, 1).Ok(12'100);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.hold->requests_unfinished, 1u);
  EXPECT_DOUBLE_EQ(results.whole_run.latency.request_latency_ms->max, 3'100);
  EXPECT_EQ(results.whole_run.latency.request_latency_ms->censored, 0u);
  EXPECT_EQ(results.whole_run.latency.step_latency_ms->count, 44u * 10 + 300);
}

}  // namespace
}  // namespace specctl
