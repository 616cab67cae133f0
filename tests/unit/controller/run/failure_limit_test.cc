#include "controller/run/failure_limit.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

void Count(FailureLimit& limit, Outcome outcome, int count) {
  AgentBatch batch;
  batch.finished.resize(static_cast<size_t>(count));
  for (RequestFinished& finished : batch.finished) {
    finished.outcome = outcome;
    if (outcome == Outcome::kFailed) finished.error = "http://a:8000: status 503";
  }
  limit.CountBatch(batch);
}

TEST(FailureLimitTest, ExactlyTheShareIsAllowed) {
  FailureLimit limit(1, 0.1);
  Count(limit, Outcome::kOk, 9);
  Count(limit, Outcome::kFailed, 1);
  EXPECT_FALSE(limit.Exceeded());
  Count(limit, Outcome::kTimedOut, 1);
  EXPECT_TRUE(limit.Exceeded());
}

TEST(FailureLimitTest, FewerRequestsThanSlotsOrTenSayNothing) {
  FailureLimit small(1, 0.1), large(100, 0.1);
  Count(small, Outcome::kFailed, 9);
  EXPECT_FALSE(small.Exceeded());
  Count(small, Outcome::kFailed, 1);
  EXPECT_TRUE(small.Exceeded());
  Count(large, Outcome::kFailed, 99);
  EXPECT_FALSE(large.Exceeded());
  Count(large, Outcome::kFailed, 1);
  EXPECT_TRUE(large.Exceeded());
}

TEST(FailureLimitTest, CancelledRequestsAreNoneOfThem) {
  FailureLimit limit(1, 0.1);
  Count(limit, Outcome::kCancelled, 1000);
  Count(limit, Outcome::kFailed, 9);
  EXPECT_FALSE(limit.Exceeded());
}

TEST(FailureLimitTest, AtTheEndFailuresOnlyAreEnough) {
  FailureLimit none(1, 0.1), only(1, 0.1), mixed(1, 0.1);
  EXPECT_FALSE(none.ExceededAtEnd());
  Count(only, Outcome::kFailed, 2);
  EXPECT_TRUE(only.ExceededAtEnd());
  Count(mixed, Outcome::kFailed, 2);
  Count(mixed, Outcome::kOk, 1);
  EXPECT_FALSE(mixed.ExceededAtEnd());
}

TEST(FailureLimitTest, AShareOfOneSwitchesItOff) {
  FailureLimit limit(1, 1.0);
  Count(limit, Outcome::kFailed, 1000);
  EXPECT_FALSE(limit.Exceeded());
  EXPECT_FALSE(limit.ExceededAtEnd());
}

TEST(FailureLimitTest, TheTextSaysHowManyAndWhy) {
  FailureLimit limit(1, 0.1);
  Count(limit, Outcome::kOk, 9);
  Count(limit, Outcome::kFailed, 11);
  EXPECT_EQ(limit.Text(),
            "11 of 20 requests failed or timed out (55 %), more than --max-failed 10%; the last: "
            "http://a:8000: status 503");
}

}  // namespace
}  // namespace specctl::controller
