#include "common/engine/iteration_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;

std::string Iteration(int iteration, int drafts, int drafted, int accepted) {
  return absl::StrFormat(
      R"({"iter":%d,"iterLatencyMS":8.5,"numActiveRequests":%d,"numQueuedRequests":1,)"
      R"("specDecodingStats":{"numDraftTokens":%d,"numAcceptedTokens":%d,)"
      R"("numRequestsWithDraftTokens":%d,"acceptanceLength":2.5,"draftOverhead":0.1}})",
      iteration, drafts, drafted, accepted, drafts);
}

std::string Counted(int drafts, int drafted, int accepted) {
  return absl::StrFormat(
      "specctl_trtllm_drafts_total %d\nspecctl_trtllm_draft_tokens_total %d\n"
      "specctl_trtllm_accepted_tokens_total %d\n",
      drafts, drafted, accepted);
}

TEST(IterationCountersTest, AnswersAddUp) {
  IterationCounters counters;
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(1, 8, 24, 12) + "]").ok());
  ASSERT_TRUE(counters.AddAnswer("[]").ok());
  ASSERT_TRUE(
      counters.AddAnswer("[" + Iteration(2, 4, 12, 9) + "," + Iteration(3, 4, 12, 0) + "]").ok());
  EXPECT_EQ(counters.Exposition(), Counted(16, 48, 21) +
                                       "specctl_trtllm_active_requests 4\n"
                                       "specctl_trtllm_queued_requests 1\n");
  ASSERT_TRUE(counters.AddAnswer("[]").ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr("specctl_trtllm_active_requests 0\n"));
}

TEST(IterationCountersTest, CopiesOfOtherRanksCountOnce) {
  IterationCounters counters;
  const std::string one = Iteration(1, 8, 24, 12), two = Iteration(2, 8, 24, 12);
  ASSERT_TRUE(counters.AddAnswer("[" + one + "," + one + "," + two + "]").ok());
  ASSERT_TRUE(counters.AddAnswer("[" + two + "," + Iteration(3, 1, 3, 1) + "]").ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(17, 51, 25)));
}

TEST(IterationCountersTest, WithoutSpeculationThereIsNothing) {
  IterationCounters counters;
  ASSERT_TRUE(counters
                  .AddAnswer(R"([{"iter":7,"numActiveRequests":3},{"iter":8,)"
                             R"("specDecodingStats":null}])")
                  .ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(0, 0, 0)));
}

TEST(IterationCountersTest, WhatTheServerMayHaveDroppedMakesThemUnknown) {
  std::string many;
  for (size_t i = 0; i < IterationCounters::kKept; ++i) {
    many += (i == 0 ? "[" : ",") + Iteration(static_cast<int>(i), 1, 3, 1);
  }
  many += "]";
  IterationCounters counters;
  ASSERT_TRUE(counters.AddAnswer(many).ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(1000, 3000, 1000)))
      << "dropped before the run";
  ASSERT_TRUE(counters.AddAnswer(many).ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr("specctl_trtllm_drafts_total NaN\n"));
}

TEST(IterationCountersTest, AServerThatBeginsAnewIsCountedOn) {
  IterationCounters counters;
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(5000, 8, 24, 12) + "]").ok());
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(800, 1, 3, 2) + "]").ok());
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(1, 1, 3, 2) + "]").ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(10, 30, 16)));
  // A rank that is late is none.
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(20, 1, 3, 2) + "]").ok());
  ASSERT_TRUE(counters.AddAnswer("[" + Iteration(12, 1, 3, 2) + "]").ok());
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(11, 33, 18)));
}

TEST(IterationCountersTest, WhatIsNoneIsRefused) {
  IterationCounters counters;
  for (const char* body : {"", "{}", "[1]", "[{}]", R"([{"iter":"1"}])", "trtllm_x 1\n",
                           R"([{"iter":1},{"iter":-1}])"}) {
    EXPECT_EQ(counters.AddAnswer(body).code(), absl::StatusCode::kInvalidArgument) << body;
  }
  EXPECT_THAT(counters.Exposition(), HasSubstr(Counted(0, 0, 0)));
}

}  // namespace
}  // namespace specctl
