#include "agent/stream/health_meter.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

using namespace std::chrono_literals;

// A read that ended with a chunk, each of a step of its own.
HealthMeter::ReadChunks OfSteps(uint64_t steps) {
  return {.token_bearing = steps, .steps = steps, .last_dated = true};
}

LagHistogram Lags(const std::string& encoded) { return *LagHistogram::Decode(encoded); }

TEST(HealthMeterTest, ARecordHoldsItsSecondAlone) {
  HealthMeter meter;
  meter.TakeHealth(MonoTime{Nanos(8s)}, 0);
  for (int i = 1; i <= 99; ++i) meter.OnRead(1us * i, true);
  meter.OnRead(5ms, true);
  meter.OnRead(1s, false);
  meter.OnLoopLag(2ms);
  meter.OnSend(70us);
  const MonoTime now{Nanos(9s)};
  const AgentHealth health = meter.TakeHealth(now, 12);
  EXPECT_EQ(health.from_mono_ns, 8'000'000'000);
  EXPECT_EQ(health.at_mono_ns, 9'000'000'000);
  EXPECT_EQ(health.in_flight, 12u);
  EXPECT_EQ(health.reads, 101u);
  EXPECT_EQ(health.unstamped_reads, 1u);
  EXPECT_EQ(Lags(health.receive_lag).count(), 100u) << "of a read without a stamp it is not known";
  EXPECT_GE(Lags(health.receive_lag).Quantile(0.99), 99us);
  EXPECT_LE(Lags(health.receive_lag).Quantile(0.99), 112us);
  EXPECT_GE(Lags(health.receive_lag).max(), 5ms);
  EXPECT_GE(Lags(health.send_lag).max(), 70us);
  EXPECT_GE(Lags(health.loop_lag).max(), 2ms);
  EXPECT_GT(health.rss_bytes, 1'000'000u);

  const AgentHealth next = meter.TakeHealth(now + 1s, 0);
  EXPECT_EQ(next.reads, 0u);
  EXPECT_EQ(next.receive_lag, "");
  EXPECT_EQ(next.loop_lag, "");
}

TEST(HealthMeterTest, AReadBeforeItsPutOffTimeHasNoLag) {
  HealthMeter meter;
  meter.OnRead(-2ms, true);
  const AgentHealth health = meter.TakeHealth(MonoTime{}, 0);
  EXPECT_EQ(health.reads, 1u);
  EXPECT_EQ(Lags(health.receive_lag).max(), 0ns);
}

TEST(HealthMeterTest, EveryChunkHasABound) {
  HealthMeter meter;
  for (int i = 0; i < 97; ++i) meter.OnChunks(OfSteps(1), 4ms);
  meter.OnChunks({}, 9ms);
  meter.OnChunks(OfSteps(3), 4ms);
  const AgentHealth health = meter.TakeHealth(MonoTime{}, 0);
  EXPECT_EQ(health.chunks, 100u);
  EXPECT_EQ(health.coalesced_reads, 1u);
  EXPECT_EQ(meter.inexact_reads(), 1u);
  const LagHistogram bounds = Lags(health.arrival_bound);
  EXPECT_EQ(bounds.count(), 100u);
  EXPECT_EQ(bounds.Quantile(0.98), 0ns) << "a dated chunk has none";
  EXPECT_GE(bounds.Quantile(0.99), 4ms);
}

TEST(HealthMeterTest, AReadThatEndsWithinTheNextEventIsInexact) {
  HealthMeter meter;
  meter.OnChunks({}, 4ms);  // ended within the first
  meter.OnChunks(OfSteps(1), 4ms);
  EXPECT_EQ(meter.inexact_reads(), 0u);
  meter.OnChunks({.token_bearing = 1, .steps = 1}, 4ms);
  EXPECT_EQ(meter.inexact_reads(), 1u);
  EXPECT_EQ(meter.TakeHealth(MonoTime{}, 0).coalesced_reads, 0u);
}

TEST(HealthMeterTest, ChunksThatWereWaitedForAndCameTogetherAreABurst) {
  HealthMeter meter;
  meter.OnChunks(OfSteps(10), 50us);
  meter.OnChunks(OfSteps(10), 20ms);
  meter.OnChunks(OfSteps(1), 50us);
  EXPECT_EQ(meter.TakeHealth(MonoTime{}, 0).burst_chunks, 10u);
}

TEST(HealthMeterTest, TheChunksOfOneStepAreNoBurst) {
  HealthMeter meter;
  meter.OnChunks({.token_bearing = 4, .steps = 1, .last_dated = true}, 50us);
  const AgentHealth health = meter.TakeHealth(MonoTime{}, 0);
  EXPECT_EQ(health.chunks, 4u);
  EXPECT_EQ(health.coalesced_reads, 1u);
  EXPECT_EQ(health.burst_chunks, 0u);
}

TEST(HealthMeterTest, StepsOfTheWallClockAreToldOnce) {
  HealthMeter meter;
  meter.SetWallClockSteps(2);
  EXPECT_EQ(meter.TakeHealth(MonoTime{}, 0).wall_clock_steps, 2u);
  meter.SetWallClockSteps(3);
  EXPECT_EQ(meter.TakeHealth(MonoTime{}, 0).wall_clock_steps, 1u);
  EXPECT_EQ(meter.TakeHealth(MonoTime{}, 0).wall_clock_steps, 0u);
}

}  // namespace
}  // namespace specctl::agent
