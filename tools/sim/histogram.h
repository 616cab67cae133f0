// Histogram: cumulative buckets as a Prometheus client keeps them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace specctl::sim {

// `bounds`: upper bounds, ascending, of static lifetime; +Inf is implied.  Not thread-safe.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), in_bucket_(bounds.size() + 1) {}

  void Observe(double value) { Observe(value, 1); }
  // As `times` observations.
  void Observe(double value, uint64_t times);

  // What is in this and not in `part`, which has the same bounds and less in it.
  Histogram Without(const Histogram& part) const;

  std::span<const double> bounds() const { return bounds_; }
  // Observations at most bounds()[i]; for i == bounds().size() all of them.
  uint64_t Cumulative(size_t i) const;
  uint64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<uint64_t> in_bucket_;
  uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace specctl::sim
