#include "agent/stream/drain_policy.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

// Drains as the policy says, with reads spread evenly.
class Load {
 public:
  Load(double reads_per_s, uint64_t streams) : reads_per_s_(reads_per_s), streams_(streams) {}

  // `put_off_share`, `at_once_share`: of the reads that are inexact, where they are put off and
  // where they are not.
  Nanos RunFor(Nanos time, double put_off_share = 0, double at_once_share = 0) {
    const MonoTime end = now_ + time;
    while (now_ < end) {
      const Nanos waited =
          delay_ > Nanos(0) ? delay_ : Nanos(static_cast<int64_t>(1e9 / reads_per_s_));
      now_ += waited;
      reads_due_ += reads_per_s_ * Seconds(waited);
      const auto reads = static_cast<uint64_t>(reads_due_);
      reads_due_ -= static_cast<double>(reads);
      inexact_due_ +=
          static_cast<double>(reads) * (delay_ > Nanos(0) ? put_off_share : at_once_share);
      const auto inexact = static_cast<uint64_t>(inexact_due_);
      inexact_due_ -= static_cast<double>(inexact);
      requests_due_ += requests_per_s * Seconds(waited);
      const auto requests = static_cast<uint64_t>(requests_due_);
      requests_due_ -= static_cast<double>(requests);
      delay_ = policy.AfterDrain(now_, {reads, inexact, requests, streams_});
      if (delay_ == Nanos(0)) at_once_time += waited;
    }
    return delay_;
  }

  DrainPolicy policy;
  Nanos at_once_time{0};
  double requests_per_s = 0;

 private:
  const double reads_per_s_;
  const uint64_t streams_;
  MonoTime now_{Nanos(1s)};
  double reads_due_ = 0, inexact_due_ = 0, requests_due_ = 0;
  Nanos delay_{0};
};

TEST(DrainPolicyTest, ALowLoadIsReadAtOnce) {
  Load load(300, 10);
  EXPECT_EQ(load.RunFor(3s), 0ns);
  EXPECT_NEAR(load.policy.reads_per_s(), 300, 30);
}

TEST(DrainPolicyTest, AHighLoadIsReadEveryThreeMillisecondsAfterAFirstSecond) {
  Load load(512 * 50, 512);
  EXPECT_EQ(load.RunFor(900ms), 0ns);
  EXPECT_EQ(load.RunFor(1s), 3ms);
  EXPECT_EQ(Load(4096 * 20, 4096).RunFor(2s), 3ms);
}

TEST(DrainPolicyTest, TheDelayStaysWellUnderTheIntervalOfAStreamsChunks) {
  const Nanos delay = Load(50 * 200, 50).RunFor(2s);  // a chunk every 5 ms on each stream
  EXPECT_GT(delay, 1ms);
  EXPECT_LT(delay, 1500us);
}

TEST(DrainPolicyTest, SlotsDoNotStandIdleUntilAnEndIsRead) {
  Load load(512 * 50, 512);
  load.requests_per_s = 5120;  // a response takes 100 ms
  EXPECT_NEAR(static_cast<double>(load.RunFor(3s).count()), 400e3, 40e3);
}

TEST(DrainPolicyTest, WhenTheLoadEndsItIsReadAtOnceAgain) {
  DrainPolicy policy;
  MonoTime now{Nanos(1s)};
  for (int i = 0; i < 1000; ++i) policy.AfterDrain(now += 3ms, {100, 0, 0, 512});
  EXPECT_EQ(policy.AfterDrain(now, {0, 0, 0, 512}), 3ms);
  EXPECT_EQ(policy.AfterDrain(now + 500ms, {0, 0, 0, 512}), 0ns);
}

TEST(DrainPolicyTest, ChunksThatComeTogetherAnywayAreAlwaysReadAtOnce) {
  Load bursts(512 * 50, 512);
  EXPECT_EQ(bursts.RunFor(10s, 1, 1), 0ns);
  EXPECT_GE(bursts.at_once_time, 9900ms);
}

TEST(DrainPolicyTest, ChunksThatJoinBecauseReadsArePutOffAreReadAtOnceForLongerEachTime) {
  Load irregular(512 * 50, 512);
  irregular.RunFor(60s, 0.05, 0);
  EXPECT_GE(irregular.at_once_time, 59s);
  Load regular(512 * 50, 512);
  regular.RunFor(60s, 0.001, 0);
  EXPECT_LE(regular.at_once_time, 1100ms);
}

TEST(DrainPolicyTest, AMomentsTroubleNowAndThenCostsASecondEachTime) {
  Load load(512 * 50, 512);
  load.RunFor(10s);
  for (int i = 0; i < 6; ++i) {
    load.RunFor(100ms, 0.2, 0.2);
    load.RunFor(12s);
  }
  EXPECT_LE(load.at_once_time, 1s + 6 * 4s);
}

}  // namespace
}  // namespace specctl::agent
