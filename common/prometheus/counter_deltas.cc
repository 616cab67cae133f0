#include "common/prometheus/counter_deltas.h"

#include <algorithm>
#include <cmath>

namespace specctl {
namespace {

constexpr uint32_t kFallsAlike = 3;  // beyond the first

}  // namespace

void CounterSeries::Observe(double value, bool after_failure) {
  // No counter has such a value: the sample is passed over, not taken for a restart.
  if (!std::isfinite(value) || value < 0) return;
  if (last_ && value < *last_) {
    OnFall(value, after_failure);
  } else if (last_) {
    growth_ += value - *last_;
    if (resets_ > 0 && value < high_) low_ = value;
    is_back_ = is_back_ || (resets_ > 0 && value >= high_);
  }
  last_ = value;
}

void CounterSeries::OnFall(double value, bool after_failure) {
  // A counter that has climbed back and falls again is another server's; after a scrape that failed
  // it may be a restart.
  const bool no_restart = is_back_ && !after_failure;
  if (no_restart && value >= landing_) ++falls_alike_;
  alternates_ = alternates_ || (no_restart && value >= low_) || falls_alike_ >= kFallsAlike;
  // Of several servers, the highest is where all come back to.
  high_ = resets_ > 0 && !is_back_ ? std::max(high_, *last_) : *last_;
  landing_ = low_ = value;
  is_back_ = false;
  ++resets_;
  // After a restart all that it shows was counted since.
  growth_ += value;
}

}  // namespace specctl
