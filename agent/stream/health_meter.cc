#include "agent/stream/health_meter.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace specctl::agent {
namespace {

uint64_t ToNanos(const timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<uint64_t>(time.tv_usec) * 1000;
}

// 0 where /proc is not there.
uint64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total_pages = 0, resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return statm ? resident_pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::string TakeEncoded(LagHistogram& histogram) {
  std::string encoded = histogram.Encode();
  histogram.Clear();
  return encoded;
}

}  // namespace

// CPU time used before this belongs to no interval.
HealthMeter::HealthMeter() { TakeHealth(MonoTime{}, 0); }

void HealthMeter::OnRead(Nanos lag, bool stamped) {
  ++second_.reads;
  if (stamped) {
    receive_lag_.AddLag(std::max(lag, Nanos(0)));
  } else {
    ++second_.unstamped_reads;
  }
}

void HealthMeter::OnChunks(const ReadChunks& read, Nanos bound) {
  const uint64_t dated = read.last_dated ? 1 : 0;
  second_.chunks += read.token_bearing;
  // The read's stamp is of its last chunk; those before it came some time before.
  arrival_bound_.AddLag(Nanos(0), dated);
  arrival_bound_.AddLag(bound, read.token_bearing - dated);
  if (read.token_bearing > dated) ++inexact_reads_;
  if (read.token_bearing < 2) return;
  ++second_.coalesced_reads;
  if (read.steps > 1 && bound <= kBurstBoundMax) second_.burst_chunks += read.token_bearing;
}

AgentHealth HealthMeter::TakeHealth(MonoTime now, uint32_t in_flight) {
  AgentHealth health = std::exchange(second_, AgentHealth());
  health.from_mono_ns = MonoNs(std::exchange(taken_, now));
  health.at_mono_ns = MonoNs(now);
  health.in_flight = in_flight;
  health.receive_lag = TakeEncoded(receive_lag_);
  health.send_lag = TakeEncoded(send_lag_);
  health.loop_lag = TakeEncoded(loop_lag_);
  health.arrival_bound = TakeEncoded(arrival_bound_);
  health.wall_clock_steps =
      wall_clock_steps_ - std::exchange(wall_clock_steps_told_, wall_clock_steps_);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  health.cpu_user_ns =
      ToNanos(usage.ru_utime) - std::exchange(cpu_user_ns_, ToNanos(usage.ru_utime));
  health.cpu_system_ns =
      ToNanos(usage.ru_stime) - std::exchange(cpu_system_ns_, ToNanos(usage.ru_stime));
  health.rss_bytes = ResidentBytes();
  return health;
}

}  // namespace specctl::agent
