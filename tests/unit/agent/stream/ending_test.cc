#include "agent/stream/ending.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

TEST(EndingTest, TheOutcomeFollowsFromTheKind) {
  EXPECT_TRUE(Ending().ok());
  EXPECT_EQ(Failed(FailureKind::kConnect, "u", "x").outcome, Outcome::kFailed);
  EXPECT_EQ(Failed(FailureKind::kIdleTimeout, "u", "x").outcome, Outcome::kTimedOut);
  EXPECT_EQ(Failed(FailureKind::kConnectTimeout, "u", "x").outcome, Outcome::kTimedOut);
  EXPECT_EQ(Failed(FailureKind::kRequestTimeout, "u", "x").outcome, Outcome::kTimedOut);
  EXPECT_EQ(Failed(FailureKind::kInterrupted, "u", "x").outcome, Outcome::kCancelled);
  EXPECT_EQ(Failed(FailureKind::kCancelledAtLimit, "u", "x").outcome, Outcome::kCancelled);
}

TEST(EndingTest, TheTextIsOneLine) {
  EXPECT_EQ(Failed(FailureKind::kConnect, "http://h:1", "a\r\nb\tc").error, "http://h:1: a  b c");
}

TEST(EndingTest, ALongTextIsCutBetweenCharacters) {
  std::string accents;
  for (int i = 0; i < 400; ++i) accents += "\xC3\xA9";
  for (const char* url : {"u", "uu"}) {
    const std::string text = Failed(FailureKind::kConnect, url, accents).error;
    EXPECT_GE(text.size(), kErrorBytesMax - 1);
    EXPECT_LE(text.size(), kErrorBytesMax);
    EXPECT_EQ(text.back(), '\xA9') << "a whole character";
  }
}

TEST(EndingTest, WhatIsCancelledSaysWhatStoppedTheRest) {
  EXPECT_EQ(InterruptionBy(UnassignedReason::kInterrupted), FailureKind::kInterrupted);
  EXPECT_EQ(InterruptionBy(UnassignedReason::kAgentLost), FailureKind::kAgentLost);
  EXPECT_EQ(InterruptionBy(UnassignedReason::kTooManyFailures), FailureKind::kTooManyFailures);
  EXPECT_EQ(InterruptionBy(UnassignedReason::kLimit), FailureKind::kCancelledAtLimit);
}

}  // namespace
}  // namespace specctl::agent
