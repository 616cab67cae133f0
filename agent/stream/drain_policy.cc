#include "agent/stream/drain_policy.h"

#include <algorithm>
#include <cmath>

namespace specctl::agent {

Nanos DrainPolicy::AfterDrain(MonoTime now, const Drained& drained) {
  const double memory_s = Seconds(options_.rate_memory);
  const double kept = std::exp(-Seconds(now - last_) / memory_s);
  reads_per_s_ = reads_per_s_ * kept + static_cast<double>(drained.reads) / memory_s;
  coalesced_per_s_ = coalesced_per_s_ * kept + static_cast<double>(drained.coalesced) / memory_s;
  last_ = now;
  if (ReadsAtOnce(now)) return Nanos(0);
  const double interval_s = static_cast<double>(drained.streams) / reads_per_s_;
  const double share_s = interval_s * options_.interval_share_max;
  if (share_s >= Seconds(options_.delay_max)) return options_.delay_max;
  return Nanos(static_cast<int64_t>(share_s * 1e9));
}

bool DrainPolicy::ReadsAtOnce(MonoTime now) {
  const bool low = reads_per_s_ < options_.at_once_below_reads_per_s;
  const bool join = coalesced_per_s_ > options_.coalesced_share_max * reads_per_s_;
  if (at_once_until_ == MonoTime{}) {
    if (low) return true;
    at_once_until_ = now + options_.at_once_first;
  }
  if (!at_once_ && !low && join) {
    at_once_ = true;
    at_once_for_ = std::clamp(2 * at_once_for_, options_.at_once_first, options_.at_once_max);
    at_once_until_ = now + at_once_for_;
  } else if (at_once_ && now >= at_once_until_ && !join) {
    at_once_ = false;
  }
  return at_once_ || low;
}

}  // namespace specctl::agent
