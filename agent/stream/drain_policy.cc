#include "agent/stream/drain_policy.h"

#include <algorithm>
#include <cmath>

namespace specctl::agent {

namespace {

// Events a second, remembered for about `memory`.
void Remember(double& per_s, uint64_t events, Nanos since, Nanos memory) {
  const double memory_s = Seconds(memory);
  per_s = per_s * std::exp(-Seconds(since) / memory_s) + static_cast<double>(events) / memory_s;
}

}  // namespace

void DrainPolicy::Measure(MonoTime now, const Drained& drained) {
  const Nanos since = now - last_;
  last_ = now;
  Remember(reads_per_s_, drained.reads, since, options_.rate_memory);
  Remember(slow_reads_per_s_, drained.reads, since, options_.share_memory);
  Remember(inexact_per_s_, drained.inexact, since, options_.share_memory);
  Remember(requests_per_s_, drained.requests, since, options_.share_memory);
}

Nanos DrainPolicy::AfterDrain(MonoTime now, const Drained& drained) {
  Measure(now, drained);
  if (ReadsAtOnce(now)) return Nanos(0);
  const auto streams = static_cast<double>(drained.streams);
  double delay_s = Seconds(options_.delay_max);
  // streams / reads_per_s_ is the mean interval between a stream's reads; after a small share of
  // it, few reads hold two chunks.
  delay_s = std::min(delay_s, options_.interval_share_max * streams / reads_per_s_);
  // A slot waits for half a delay on average.
  if (requests_per_s_ > 0) {
    delay_s = std::min(delay_s, 2 * options_.idle_share_max * streams / requests_per_s_);
  }
  return Nanos(static_cast<int64_t>(delay_s * 1e9));
}

bool DrainPolicy::ReadsAtOnce(MonoTime now) {
  const bool low = reads_per_s_ < options_.at_once_below_reads_per_s;
  const bool inexact = inexact_per_s_ > options_.inexact_share_max * slow_reads_per_s_;
  // At the start of the load, read at once for a while: only that shows whether chunks arrive
  // joined.
  if (at_once_until_ == MonoTime{}) {
    if (low) return true;
    at_once_until_ = now + options_.at_once_first;
  }
  if (!at_once_ && !low && inexact) {
    // Joined again so soon: putting off does not suit these streams, so wait longer before the next
    // try.
    const bool soon = now - at_once_until_ < 4 * at_once_for_;
    at_once_ = true;
    at_once_for_ = soon ? std::min(2 * at_once_for_, options_.at_once_max) : options_.at_once_first;
    at_once_until_ = now + at_once_for_;
  } else if (at_once_ && now >= at_once_until_ && !inexact) {
    at_once_ = false;
    at_once_until_ = now;
  }
  return at_once_ || low;
}

}  // namespace specctl::agent
