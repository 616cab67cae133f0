#include "common/report/result_names.h"

#include <set>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(ResultNamesTest, EveryFailureHasItsOwnName) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(FailureKind::kTooManyFailures);
  for (int kind = 0; kind <= last; ++kind)
    names.insert(FailureName(static_cast<FailureKind>(kind)));
  EXPECT_EQ(names.size(), static_cast<size_t>(last) + 1);
  EXPECT_EQ(FailureName(FailureKind::kContextOverflow), "context_overflow");
}

TEST(ResultNamesTest, OutcomesAreThoseOfTheConservation) {
  EXPECT_EQ(OutcomeName(Outcome::kOk), "ok");
  EXPECT_EQ(OutcomeName(Outcome::kFailed), "failed");
  EXPECT_EQ(OutcomeName(Outcome::kTimedOut), "timed_out");
  EXPECT_EQ(OutcomeName(Outcome::kCancelled), "cancelled");
  EXPECT_EQ(OutcomeName(Outcome::kLost), "lost");
}

TEST(ResultNamesTest, VerdictsEndsSourcesAndReasonsAreNamed) {
  EXPECT_EQ(VerdictName(VerdictState::kDegraded), "degraded");
  EXPECT_EQ(RunEndName(RunEnd::kTooManyFailures), "too_many_failures");
  EXPECT_EQ(TokenSourceName(TokenSource::kUnknown), "unknown");
  EXPECT_EQ(TokenSourceName(TokenSource::kContinuousUsage), "continuous_usage");
  EXPECT_EQ(UnassignedName(UnassignedReason::kAgentLost), "agent_lost");
  EXPECT_EQ(UnassignedName(UnassignedReason::kTooManyFailures), "too_many_failures");
  EXPECT_EQ(UrlPolicyName(UrlPolicy::kLeastInFlight), "least_in_flight");
  EXPECT_EQ(UrlPolicyName(UrlPolicy::kPaired), "paired");
  EXPECT_EQ(EndpointName(Endpoint::kCompletions), "completions");
}

TEST(ResultNamesTest, BuiltinPromptsAlwaysSaySo) {
  DatasetIdentity dataset;
  dataset.name = "mine";
  EXPECT_EQ(DatasetLabel(dataset), "mine");
  dataset.builtin = true;
  EXPECT_EQ(DatasetLabel(dataset), "builtin:mine");
  dataset.name = "builtin_throughput_1k";
  EXPECT_EQ(DatasetLabel(dataset), "builtin_throughput_1k");
}

}  // namespace
}  // namespace specctl
