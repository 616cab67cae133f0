#include "tools/specctl/controller_wait.h"

#include <memory>

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const absl::Status kNotReached = absl::UnavailableError("controller a:7070: Connection refused");

std::string Said(ControllerWait& wait, const absl::Status& tried, bool again) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(wait.TriesAgain(tried, "a:7070"), again) << tried;
  return testing::internal::GetCapturedStderr();
}

TEST(ControllerWaitTest, OneThatIsNotReachedIsTriedAgainAndSaidOnce) {
  ControllerWait wait(minutes(10), {});
  EXPECT_EQ(Said(wait, kNotReached, true),
            "controller a:7070 is not reached yet; waiting for it (--wait-agents 10m): controller "
            "a:7070: Connection refused\n");
  EXPECT_EQ(Said(wait, kNotReached, true), "");
  EXPECT_EQ(Said(wait, absl::DeadlineExceededError("nothing came"), true), "");
}

TEST(ControllerWaitTest, WhatItAnswersIsNotTriedAgain) {
  ControllerWait wait(hours(1), {});
  for (const absl::Status& tried :
       {absl::OkStatus(), absl::FailedPreconditionError("another version"),
        absl::InvalidArgumentError("order"), absl::AlreadyExistsError("job")}) {
    EXPECT_EQ(Said(wait, tried, false), "");
  }
}

TEST(ControllerWaitTest, WithoutATimeNothingIsWaitedFor) {
  ControllerWait none;
  EXPECT_TRUE(none.over());
  EXPECT_EQ(Said(none, kNotReached, false), "");
  ControllerWait zero(Nanos(0), {});
  EXPECT_EQ(Said(zero, kNotReached, false), "");
}

TEST(ControllerWaitTest, CtrlCEndsIt) {
  const auto requests = std::make_shared<std::atomic<uint32_t>>(0);
  ControllerWait wait(hours(1), controller::StopToken(requests));
  EXPECT_FALSE(wait.over());
  requests->store(1);
  EXPECT_TRUE(wait.over());
  EXPECT_TRUE(wait.interrupted());
  EXPECT_EQ(Said(wait, kNotReached, false), "");
}

}  // namespace
}  // namespace specctl::cli
