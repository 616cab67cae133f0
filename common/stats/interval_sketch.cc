#include "common/stats/interval_sketch.h"

namespace specctl {

void IntervalValues::AddWithin(Nanos value, Nanos low, Nanos high) {
  value_.Add(value);
  low_.Add(low);
  high_.Add(high);
}

void IntervalSketch::Add(const IntervalValues& values) {
  exact_.Add(values.exact_);
  value_.Add(values.value_);
  low_.Add(values.low_);
  high_.Add(values.high_);
}

void IntervalSketch::Merge(const IntervalSketch& other) {
  exact_.Merge(other.exact_);
  value_.Merge(other.value_);
  low_.Merge(other.low_);
  high_.Merge(other.high_);
}

LogLinearSketch IntervalSketch::Joined(const LogLinearSketch& inexact) const {
  LogLinearSketch joined = exact_;
  joined.Merge(inexact);
  return joined;
}

LogLinearSketch IntervalSketch::Values() const { return Joined(value_); }
LogLinearSketch IntervalSketch::Lowest() const { return Joined(low_); }
LogLinearSketch IntervalSketch::Highest() const { return Joined(high_); }

}  // namespace specctl
