#include "agent/stream/drain_policy.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

// Drains as the policy says, for a second, with reads spread evenly; returns the last delay.
Nanos SteadyDelay(double reads_per_s, uint64_t streams) {
  DrainPolicy policy;
  MonoTime now{Nanos(1s)};
  double due = 0;
  Nanos delay{0};
  const MonoTime end = now + 1s;
  while (now < end) {
    const Nanos waited = delay > Nanos(0) ? delay : Nanos(static_cast<int64_t>(1e9 / reads_per_s));
    now += waited;
    due += reads_per_s * Seconds(waited);
    const auto reads = static_cast<uint64_t>(due);
    due -= static_cast<double>(reads);
    delay = policy.AfterDrain(now, reads, streams);
  }
  EXPECT_NEAR(policy.reads_per_s(), reads_per_s, reads_per_s * 0.1);
  return delay;
}

TEST(DrainPolicyTest, ALowLoadIsReadAtOnce) { EXPECT_EQ(SteadyDelay(500, 10), 0ns); }

TEST(DrainPolicyTest, AHighLoadIsReadEveryThreeMilliseconds) {
  EXPECT_EQ(SteadyDelay(512 * 50, 512), 3ms);
  EXPECT_EQ(SteadyDelay(4096 * 20, 4096), 3ms);
}

TEST(DrainPolicyTest, TheDelayStaysWellUnderTheIntervalOfAStreamsChunks) {
  const Nanos delay = SteadyDelay(50 * 200, 50);  // a chunk every 5 ms on each stream
  EXPECT_GT(delay, 1ms);
  EXPECT_LT(delay, 1500us);
}

TEST(DrainPolicyTest, WhenTheLoadEndsItIsReadAtOnceAgain) {
  DrainPolicy policy;
  MonoTime now{Nanos(1s)};
  for (int i = 0; i < 100; ++i) policy.AfterDrain(now += 3ms, 100, 512);
  EXPECT_EQ(policy.AfterDrain(now, 0, 512), 3ms);
  EXPECT_EQ(policy.AfterDrain(now + 400ms, 0, 512), 0ns);
}

}  // namespace
}  // namespace specctl::agent
