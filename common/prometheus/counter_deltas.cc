#include "common/prometheus/counter_deltas.h"

#include <cmath>

namespace specctl {

void CounterSeries::Observe(double value) {
  if (!std::isfinite(value) || value < 0) return;
  if (last_ && value < *last_) {
    ++resets_;
    growth_ += value;
  } else if (last_) {
    growth_ += value - *last_;
  }
  last_ = value;
}

}  // namespace specctl
