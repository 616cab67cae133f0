#include "agent/schedule/target_health.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kBegin{1h};

TEST(TargetHealthTest, OneThatCannotBeReachedIsShunnedAtOnce) {
  TargetHealth health;
  EXPECT_TRUE(health.IsWorthATry(kBegin, 0));
  health.OnEnd(TargetSign::kUnreachable, false, kBegin);
  EXPECT_TRUE(health.shunned());
  EXPECT_FALSE(health.IsWorthATry(kBegin + 99ms, 0));
  EXPECT_TRUE(health.IsWorthATry(kBegin + 100ms, 0));
  EXPECT_FALSE(health.IsWorthATry(kBegin + 100ms, 1)) << "one conversation at a time";
}

TEST(TargetHealthTest, OneFailureOfManyIsNoSign) {
  TargetHealth health;
  for (int i = 0; i < 20; ++i) {
    health.OnEnd(i % 3 == 0 ? TargetSign::kServes : TargetSign::kFails, false, kBegin);
    EXPECT_FALSE(health.shunned());
  }
  health.OnEnd(TargetSign::kFails, false, kBegin);
  EXPECT_FALSE(health.shunned());
  health.OnEnd(TargetSign::kNothing, false, kBegin);
  health.OnEnd(TargetSign::kFails, false, kBegin);
  EXPECT_TRUE(health.shunned()) << "three in a row, and what tells nothing between them";
}

TEST(TargetHealthTest, EachTryThatFailsDoublesTheWait) {
  TargetHealth health;
  health.OnEnd(TargetSign::kUnreachable, false, kBegin);
  MonoTime now = kBegin;
  for (const Nanos wait : {Nanos(200ms), Nanos(400ms), Nanos(800ms), Nanos(1600ms), Nanos(3200ms),
                           Nanos(6400ms), Nanos(10s), Nanos(10s)}) {
    now = health.retry_at();
    health.OnEnd(TargetSign::kFails, true, now);
    EXPECT_EQ(health.retry_at() - now, wait);
  }
  health.OnEnd(TargetSign::kServes, true, now);
  EXPECT_TRUE(health.IsWorthATry(now, 7));
  health.OnEnd(TargetSign::kUnreachable, false, now);
  EXPECT_EQ(health.retry_at() - now, 100ms) << "from the beginning again";
}

TEST(TargetHealthTest, WhatWasInFlightBeforeSaysNothingNew) {
  TargetHealth health;
  health.OnEnd(TargetSign::kUnreachable, false, kBegin);
  for (int i = 0; i < 100; ++i) health.OnEnd(TargetSign::kFails, false, kBegin + 1s);
  EXPECT_EQ(health.retry_at(), kBegin + 100ms);
  health.OnEnd(TargetSign::kServes, false, kBegin + 1s);
  EXPECT_FALSE(health.shunned()) << "but that it serves";
}

}  // namespace
}  // namespace specctl::agent
