#include "agent/stream/drain_policy.h"

#include <algorithm>
#include <cmath>

namespace specctl::agent {

Nanos DrainPolicy::AfterDrain(MonoTime now, uint64_t reads, uint64_t streams) {
  const double memory_s = Seconds(options_.rate_memory);
  reads_per_s_ *= std::exp(-Seconds(now - last_) / memory_s);
  reads_per_s_ += static_cast<double>(reads) / memory_s;
  last_ = now;
  if (reads_per_s_ < options_.at_once_below_reads_per_s) return Nanos(0);
  const double interval_s = static_cast<double>(streams) / reads_per_s_;
  const double share_s = interval_s * options_.interval_share_max;
  if (share_s >= Seconds(options_.delay_max)) return options_.delay_max;
  return Nanos(static_cast<int64_t>(share_s * 1e9));
}

}  // namespace specctl::agent
