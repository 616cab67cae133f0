#include "controller/run/end_cause.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

RunEnd EndAfter(std::initializer_list<RunEnd> causes) {
  EndCause cause;
  for (const RunEnd end : causes) cause.Set(end, "");
  return *cause.end();
}

TEST(EndCauseTest, TheFirstStands) {
  EndCause cause;
  EXPECT_FALSE(cause.end());
  cause.Set(RunEnd::kAgentLost, "agent 1");
  cause.Set(RunEnd::kTooManyFailures, "all");
  cause.Set(RunEnd::kAgentLost, "agent 2");
  EXPECT_EQ(cause.end(), RunEnd::kAgentLost);
  EXPECT_EQ(cause.reason(), "agent 1");
}

TEST(EndCauseTest, UserAndJournalOverrideIt) {
  EXPECT_EQ(EndAfter({RunEnd::kAgentLost, RunEnd::kInterrupted}), RunEnd::kInterrupted);
  EXPECT_EQ(EndAfter({RunEnd::kInterrupted, RunEnd::kFailed}), RunEnd::kFailed);
  EXPECT_EQ(EndAfter({RunEnd::kFailed, RunEnd::kInterrupted}), RunEnd::kFailed);
}

TEST(EndCauseTest, WhatBefallsACompleteRunCounts) {
  EXPECT_EQ(EndAfter({RunEnd::kCompleted, RunEnd::kAgentLost}), RunEnd::kAgentLost);
  EXPECT_EQ(EndAfter({RunEnd::kAgentLost, RunEnd::kCompleted}), RunEnd::kAgentLost);
}

}  // namespace
}  // namespace specctl::controller
