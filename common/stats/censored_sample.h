// CensoredSample: values of which some are only known to be larger than what was seen of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "common/stats/quantiles.h"

namespace specctl {

struct CensoredValue {
  double value = 0;
  bool censored = false;  // the true value is larger
};

// The distribution by Kaplan and Meier (JASA 53, 1958); where nothing is censored, the values' own,
// with quantiles by nearest rank.  Immutable.
class CensoredSample {
 public:
  explicit CensoredSample(std::span<const CensoredValue> values);  // no NaN

  size_t count() const { return order_.size(); }
  size_t censored() const { return censored_; }
  // The share of the distribution that lies at or below the largest observed value: 1, unless a
  // value was censored beyond it.
  double reach() const { return levels_.empty() ? 0 : levels_.back(); }

  // The least observed value at or below which at least `q` of the distribution lies; nullopt
  // beyond reach().
  std::optional<double> Quantile(double q) const;
  // The ends of an interval of a quantile whose level is within [low, high] of the sample: order
  // statistics, rounded outwards; nullopt where the sample has none there.
  std::optional<double> ValueBelow(double level) const;
  std::optional<double> ValueAbove(double level) const;
  // nullopt where the distribution's end is out of reach.
  std::optional<double> Mean() const;

  // By how much each value, in the order they were given, moves the share at or below `value`, or
  // the mean, times their number: their sum is 0, and the variance of their mean is the figure's
  // (Reid, Annals of Statistics 9, 1981).
  std::vector<double> InfluenceOnLevel(double value) const;
  std::vector<double> InfluenceOnMean() const;
  // The rank of each value, in the order they were given, as a share of all from -1/2 to 1/2; equal
  // values share theirs, and a censored one has that of what was seen of it.
  std::vector<double> CentredRanks() const;

  // As summary.json prints it; what lies beyond reach() is NaN.  nullopt where nothing was
  // observed.
  std::optional<Distribution> Describe() const;

 private:
  struct Ordered {
    double value;
    bool censored;
    size_t index;  // as given
  };
  template <class Weight>
  std::vector<double> Influence(const Weight& weight) const;

  std::vector<double> given_;     // in that order
  std::vector<Ordered> order_;    // ascending; of equal values the observed ones first
  std::vector<double> observed_;  // ascending
  std::vector<double> levels_;    // [k]: share at or below observed_[k], equal ones in a row
  size_t censored_ = 0;
};

}  // namespace specctl
