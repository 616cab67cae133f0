#include "common/stats/censored_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace specctl {
namespace {

// Of levels, which are products of up to millions of factors.
constexpr double kRounding = 1e-9;
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

}  // namespace

CensoredSample::CensoredSample(std::span<const CensoredValue> values) {
  given_.reserve(values.size());
  order_.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    given_.push_back(values[i].value);
    order_.push_back({.value = values[i].value, .censored = values[i].censored, .index = i});
  }
  std::sort(order_.begin(), order_.end(), [](const Ordered& a, const Ordered& b) {
    if (a.value != b.value) return a.value < b.value;
    // A value that was censored where another was observed was at risk then.
    return a.censored != b.censored ? b.censored : a.index < b.index;
  });
  double survival = 1;
  for (size_t i = 0; i < order_.size(); ++i) {
    if (order_[i].censored) {
      ++censored_;
      continue;
    }
    const auto at_risk = static_cast<double>(order_.size() - i);
    // Ranks are exact as long as nothing was censored.
    survival = censored_ == 0 ? (at_risk - 1) / static_cast<double>(order_.size())
                              : survival * (1 - 1 / at_risk);
    observed_.push_back(order_[i].value);
    levels_.push_back(1 - survival);
  }
}

std::optional<double> CensoredSample::Quantile(double q) const {
  if (observed_.empty()) return std::nullopt;
  // The usual case, by its rank: a quotient that rounding moves must not move the quantile.
  if (censored_ == 0) return observed_[NearestRank(q, observed_.size()) - 1];
  const auto found = std::lower_bound(levels_.begin(), levels_.end(), q - kRounding);
  if (found == levels_.end()) return std::nullopt;
  return observed_[static_cast<size_t>(found - levels_.begin())];
}

std::optional<double> CensoredSample::ValueBelow(double level) const {
  const auto found = std::upper_bound(levels_.begin(), levels_.end(), level + kRounding);
  if (found == levels_.begin()) return std::nullopt;
  return observed_[static_cast<size_t>(found - levels_.begin()) - 1];
}

std::optional<double> CensoredSample::ValueAbove(double level) const {
  const auto found = std::upper_bound(levels_.begin(), levels_.end(), level + kRounding);
  if (found == levels_.end()) return std::nullopt;
  return observed_[static_cast<size_t>(found - levels_.begin())];
}

std::optional<double> CensoredSample::Mean() const {
  if (reach() < 1 - kRounding) return std::nullopt;
  if (censored_ == 0) {
    return std::accumulate(observed_.begin(), observed_.end(), 0.0) /
           static_cast<double>(observed_.size());
  }
  double mean = 0, before = 0;
  for (size_t i = 0; i < observed_.size(); ++i) {
    mean += (levels_[i] - before) * observed_[i];
    before = levels_[i];
  }
  return mean;
}

// An observed value raises the hazard where it lies, and each value lowers it up to where it was
// last at risk; `weight(value)`: what a rise of the hazard there does to the figure.
template <class Weight>
std::vector<double> CensoredSample::Influence(const Weight& weight) const {
  const auto n = static_cast<double>(order_.size());
  std::vector<double> influence(order_.size());
  double lowered = 0;
  for (size_t i = 0; i < order_.size();) {
    size_t end = i;
    double deaths = 0;
    for (; end < order_.size() && order_[end].value == order_[i].value; ++end) {
      if (!order_[end].censored) ++deaths;
    }
    const double raises = weight(order_[i].value) * n / static_cast<double>(order_.size() - i);
    lowered += raises * deaths / static_cast<double>(order_.size() - i);
    for (; i < end; ++i) {
      influence[order_[i].index] = (order_[i].censored ? 0 : raises) - lowered;
    }
  }
  return influence;
}

std::vector<double> CensoredSample::InfluenceOnLevel(double value) const {
  const auto found = std::upper_bound(observed_.begin(), observed_.end(), value);
  const double level =
      found == observed_.begin() ? 0 : levels_[static_cast<size_t>(found - observed_.begin()) - 1];
  if (censored_ > 0) {
    return Influence([&](double at) { return at <= value ? 1 - level : 0.0; });
  }
  // What the formula comes to, and right where ties leave nothing at risk.
  std::vector<double> influence;
  influence.reserve(given_.size());
  for (const double each : given_) influence.push_back((each <= value ? 1 : 0) - level);
  return influence;
}

std::vector<double> CensoredSample::InfluenceOnMean() const {
  if (censored_ == 0) {
    const double mean = Mean().value_or(0);
    std::vector<double> influence = given_;
    for (double& each : influence) each -= mean;
    return influence;
  }
  // The area under the survival curve beyond each observed value: what its hazard takes away.
  std::vector<double> area(observed_.size(), 0.0);
  for (size_t i = observed_.size(); i-- > 1;) {
    area[i - 1] = area[i] + (1 - levels_[i - 1]) * (observed_[i] - observed_[i - 1]);
  }
  return Influence([&](double at) {
    const auto found = std::lower_bound(observed_.begin(), observed_.end(), at);
    return found == observed_.end() || *found != at
               ? 0.0
               : -area[static_cast<size_t>(found - observed_.begin())];
  });
}

std::vector<double> CensoredSample::CentredRanks() const {
  const auto n = static_cast<double>(order_.size());
  std::vector<double> ranks(order_.size());
  for (size_t i = 0; i < order_.size();) {
    size_t end = i;
    while (end < order_.size() && order_[end].value == order_[i].value) ++end;
    const double rank = (static_cast<double>(i + end) / n - 1) / 2;
    for (; i < end; ++i) ranks[order_[i].index] = rank;
  }
  return ranks;
}

std::optional<Distribution> CensoredSample::Describe() const {
  if (observed_.empty()) return std::nullopt;
  if (censored_ == 0) return specctl::Describe(observed_);
  const auto at = [&](double q) { return Quantile(q).value_or(kAbsent); };
  Distribution result;
  result.count = count();
  result.censored = censored_;
  result.mean = Mean().value_or(kAbsent);
  double squares = 0, before = 0;
  for (size_t i = 0; i < observed_.size(); ++i) {
    squares += (levels_[i] - before) * (observed_[i] - result.mean) * (observed_[i] - result.mean);
    before = levels_[i];
  }
  result.stddev = std::sqrt(squares);
  result.min = observed_.front();
  result.max = reach() < 1 - kRounding ? kAbsent : observed_.back();
  SetQuantiles(at, result);
  return result;
}

}  // namespace specctl
