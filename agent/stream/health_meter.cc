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

uint64_t QuantileNanos(const LogLinearSketch& sketch, double q) {
  const auto value = sketch.Quantile(q);
  return value ? static_cast<uint64_t>(std::max<int64_t>(value->count(), 0)) : 0;
}

}  // namespace

HealthMeter::HealthMeter() { Take(MonoTime{}, 0); }

void HealthMeter::OnRead(Nanos lag, bool stamped) {
  ++second_.reads;
  if (stamped) {
    receive_lag_.Add(std::max(lag, Nanos(0)));
  } else {
    ++second_.unstamped_reads;
  }
}

void HealthMeter::OnChunks(uint64_t token_bearing) {
  second_.chunks += token_bearing;
  if (token_bearing >= 2) ++second_.coalesced_reads;
}

void HealthMeter::OnLoopLag(Nanos lag) {
  const auto lag_ns = static_cast<uint64_t>(std::max(lag, Nanos(0)).count());
  second_.loop_lag_max_ns = std::max(second_.loop_lag_max_ns, lag_ns);
}

AgentHealth HealthMeter::Take(MonoTime now, uint32_t in_flight) {
  AgentHealth health = std::exchange(second_, AgentHealth());
  health.at_mono_ns = now.time_since_epoch().count();
  health.in_flight = in_flight;
  health.receive_lag_p50_ns = QuantileNanos(receive_lag_, 0.5);
  health.receive_lag_p99_ns = QuantileNanos(receive_lag_, 0.99);
  health.receive_lag_max_ns = QuantileNanos(receive_lag_, 1);
  health.send_lag_p99_ns = QuantileNanos(send_lag_, 0.99);
  receive_lag_.Clear();
  send_lag_.Clear();
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
