// A histogram as Prometheus exposes it: observations counted by bucket.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

namespace specctl {

// A quantile as far as buckets tell it.
struct BucketQuantile {
  double low = 0;                     // at least this; 0 where the lowest bucket has it
  std::optional<double> high, value;  // absent: in the last bucket, which is open: above `low`
};

// What was observed between two scrapes, of values that are never negative (times).
class BucketHistogram {
 public:
  // `upper`: the bucket's bound, the label `le`; infinite is the open one.  `growth`: how many
  // observations at or below it there were.  Of one bound several are added up.
  void Add(double upper, double growth) { cumulative_[upper] += growth; }
  // Adds what another has counted.  False, and nothing is added, where its bounds are others: how
  // many lay below a bound that it has not got is not known.
  bool AddAll(const BucketHistogram& other);

  // Whether the counts are those of one histogram: a bucket that is open, and none that has less
  // than the one below it.
  bool IsWhole() const;
  double count() const { return cumulative_.empty() ? 0 : cumulative_.rbegin()->second; }
  size_t buckets() const { return cumulative_.size(); }

  // `q` in (0, 1).  The value is interpolated linearly within its bucket, so it is off by at most
  // the distance to the bucket's ends.  nullopt: not whole, or nothing was observed.
  std::optional<BucketQuantile> Quantile(double q) const;

 private:
  std::map<double, double> cumulative_;  // by bound
};

}  // namespace specctl
