// IntervalSketch: quantiles of values of which some are only known to lie in an interval.
#pragma once

#include <cstdint>
#include <optional>

#include "common/stats/log_linear_sketch.h"

namespace specctl {

// Values that several sketches get.  Not thread-safe.
class IntervalValues {
 public:
  void AddExact(Nanos value) { exact_.AddValue(value); }
  // The true value lies in [low, high], around `value`, which stands for it.
  void AddWithin(Nanos value, Nanos low, Nanos high);

 private:
  friend class IntervalSketch;
  SketchValues exact_, value_, low_, high_;
};

// Not thread-safe.
class IntervalSketch {
 public:
  void AddValues(const IntervalValues& values);
  void Merge(const IntervalSketch& other);

  uint64_t count() const { return exact_.count() + value_.count(); }
  uint64_t inexact() const { return value_.count(); }

  // Of the values that stand for the true ones.
  LogLinearSketch Values() const;
  // The same with every inexact value at its lowest, and at its highest: a quantile of the true
  // values lies between theirs.
  LogLinearSketch Lowest() const;
  LogLinearSketch Highest() const;

 private:
  LogLinearSketch Joined(const LogLinearSketch& inexact) const;

  LogLinearSketch exact_;
  LogLinearSketch value_, low_, high_;  // of the inexact ones
};

}  // namespace specctl
