#include "agent/stream/health_meter.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

TEST(HealthMeterTest, ARecordHoldsItsSecondAlone) {
  HealthMeter meter;
  for (int i = 1; i <= 99; ++i) meter.OnRead(1us * i, true);
  meter.OnRead(5ms, true);
  meter.OnRead(1s, false);
  meter.OnChunks(1);
  meter.OnChunks(3);
  meter.OnChunks(0);
  meter.OnLoopLag(2ms);
  meter.OnLoopLag(1ms);
  meter.OnSend(70us);
  const MonoTime now{Nanos(9s)};
  const AgentHealth health = meter.Take(now, 12);
  EXPECT_EQ(health.at_mono_ns, 9'000'000'000);
  EXPECT_EQ(health.in_flight, 12u);
  EXPECT_EQ(health.reads, 101u);
  EXPECT_EQ(health.unstamped_reads, 1u);
  EXPECT_EQ(health.chunks, 4u);
  EXPECT_EQ(health.coalesced_reads, 1u);
  EXPECT_NEAR(static_cast<double>(health.receive_lag_p50_ns), 50'000, 100);
  EXPECT_NEAR(static_cast<double>(health.receive_lag_p99_ns), 99'000, 200);
  EXPECT_NEAR(static_cast<double>(health.receive_lag_max_ns), 5e6, 5e3);
  EXPECT_NEAR(static_cast<double>(health.send_lag_p99_ns), 70'000, 100);
  EXPECT_EQ(health.loop_lag_max_ns, 2'000'000u);
  EXPECT_GT(health.rss_bytes, 1'000'000u);

  const AgentHealth next = meter.Take(now + 1s, 0);
  EXPECT_EQ(next.reads, 0u);
  EXPECT_EQ(next.receive_lag_max_ns, 0u);
  EXPECT_EQ(next.loop_lag_max_ns, 0u);
}

TEST(HealthMeterTest, AReadBeforeItsPutOffTimeHasNoLag) {
  HealthMeter meter;
  meter.OnRead(-2ms, true);
  const AgentHealth health = meter.Take(MonoTime{}, 0);
  EXPECT_EQ(health.reads, 1u);
  EXPECT_EQ(health.receive_lag_max_ns, 0u);
}

}  // namespace
}  // namespace specctl::agent
