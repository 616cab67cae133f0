#include "common/stats/interval_sketch.h"

namespace specctl {

// Three sketches in place of pairs: quantiles of the lowest and of the highest possible values
// bound the quantile of the true ones.
void IntervalValues::AddWithin(Nanos value, Nanos low, Nanos high) {
  value_.AddValue(value);
  low_.AddValue(low);
  high_.AddValue(high);
}

void IntervalSketch::AddValues(const IntervalValues& values) {
  exact_.AddValues(values.exact_);
  value_.AddValues(values.value_);
  low_.AddValues(values.low_);
  high_.AddValues(values.high_);
}

void IntervalSketch::Merge(const IntervalSketch& other) {
  exact_.Merge(other.exact_);
  value_.Merge(other.value_);
  low_.Merge(other.low_);
  high_.Merge(other.high_);
}

LogLinearSketch IntervalSketch::Joined(const LogLinearSketch& inexact) const {
  // Exact values are their own lowest and highest: they are stored once.
  LogLinearSketch joined = exact_;
  joined.Merge(inexact);
  return joined;
}

LogLinearSketch IntervalSketch::Values() const { return Joined(value_); }
LogLinearSketch IntervalSketch::Lowest() const { return Joined(low_); }
LogLinearSketch IntervalSketch::Highest() const { return Joined(high_); }

}  // namespace specctl
