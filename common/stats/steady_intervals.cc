#include "common/stats/steady_intervals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "common/base/hash.h"
#include "common/stats/block_bootstrap.h"
#include "common/stats/series_error.h"
#include "common/stats/spread.h"

namespace specctl {
namespace {

constexpr size_t kValuesMin = 10;
// Enough for short correlations to be seen, and few enough to be cheap.
constexpr size_t kCellsMin = 8, kCellsMax = 256;
constexpr size_t kValuesPerCell = 4;
constexpr size_t kCellBatchesMax = 128;
constexpr double kTail = 0.025, kTailOfBound = 0.05;

struct QuantileOf {
  double q;
  SteadyBounds DistributionIntervals::*bounds;
};
constexpr std::array<QuantileOf, 10> kQuantiles = {{{0.01, &DistributionIntervals::p1},
                                                    {0.05, &DistributionIntervals::p5},
                                                    {0.1, &DistributionIntervals::p10},
                                                    {0.25, &DistributionIntervals::p25},
                                                    {0.5, &DistributionIntervals::p50},
                                                    {0.75, &DistributionIntervals::p75},
                                                    {0.9, &DistributionIntervals::p90},
                                                    {0.95, &DistributionIntervals::p95},
                                                    {0.99, &DistributionIntervals::p99},
                                                    {0.999, &DistributionIntervals::p999}}};

// Where each value fell, and how many did.
class Cells {
 public:
  explicit Cells(std::span<const TimedValue> values)
      : cells_(std::clamp(values.size() / kValuesPerCell, kCellsMin, kCellsMax)) {
    const auto cells = static_cast<double>(cells_.size());
    of_.reserve(values.size());
    for (const TimedValue& value : values) {
      const double cell = std::clamp(value.at * cells, 0.0, cells - 1);
      of_.push_back(static_cast<uint32_t>(cell));
      ++cells_[of_.back()].count;
    }
  }

  // With the sums of `parts`, one of each value.
  const std::vector<CellSum>& SumUp(std::span<const double> parts) {
    for (CellSum& cell : cells_) cell.sum = 0;
    for (size_t i = 0; i < parts.size(); ++i) cells_[of_[i]].sum += parts[i];
    return cells_;
  }

 private:
  std::vector<CellSum> cells_;
  std::vector<uint32_t> of_;
};

// Of the mean of parts whose sum is 0.
SeriesError ErrorOfCells(std::span<const CellSum> cells, size_t values) {
  std::vector<double> series;
  series.reserve(cells.size());
  for (const CellSum& cell : cells) series.push_back(cell.sum);
  SeriesError error = *ErrorOfSeriesMean(series, kCellBatchesMax);
  // Of the sum over all cells, divided by the number of values.
  error.standard_error *= static_cast<double>(cells.size()) / static_cast<double>(values);
  return error;
}

double EffectiveValues(double variance_of_one, double standard_error, size_t values) {
  const auto n = static_cast<double>(values);
  if (standard_error <= 0) return n;
  // Negative correlation is not relied on.
  return std::min(n, variance_of_one / (standard_error * standard_error));
}

// By their ranks, of which no outlier moves the mean.
double EffectiveByRank(const CensoredSample& sample, Cells& cells) {
  const std::vector<double> ranks = sample.CentredRanks();
  double squares = 0;
  for (const double rank : ranks) squares += rank * rank;
  const SeriesError error = ErrorOfCells(cells.SumUp(ranks), ranks.size());
  return EffectiveValues(squares / static_cast<double>(ranks.size()), error.standard_error,
                         ranks.size());
}

// Of the mean over time: `standard_error` is of all, so is Student's t.
SteadyBounds BoundsOfMean(const CensoredSample& sample, Cells& cells) {
  const std::optional<double> mean = sample.Mean();
  if (!mean) return {};
  const SeriesError error = ErrorOfCells(cells.SumUp(sample.InfluenceOnMean()), sample.count());
  const double half = StudentTBeyond(kZ975, error.degrees) * error.standard_error;
  return {.low = *mean - half, .high = *mean + half, .degrees = error.degrees};
}

// One-sided, as that of so many independent values.
SteadyBounds BoundOf(double q, double effective, const CensoredSample& sample) {
  const auto count = static_cast<uint64_t>(effective);
  if (count < 2 || q == 0.5) return {};
  // Below the median by symmetry: the lower bound of the mirrored sample.
  const uint64_t rank = BinomialLow(count, std::max(q, 1 - q), kTailOfBound);
  if (rank < 2) return {};
  // That value is one of `count`; the sample has more of them, alike: the rank before it.
  const double level = static_cast<double>(rank - 1) / static_cast<double>(count);
  if (q > 0.5) return {.low = sample.ValueBelow(level), .high = std::nullopt};
  return {.low = std::nullopt, .high = sample.ValueAbove(1 - level)};
}

class QuantileIntervals {
 public:
  QuantileIntervals(const CensoredSample& sample, Cells& cells, double effective, uint64_t seed)
      : sample_(sample), cells_(cells), effective_(effective), seed_(seed) {}

  SteadyBounds Of(double q) const {
    const std::optional<double> value = sample_.Quantile(q);
    const double needed = kEffectiveBeyond / std::min(q, 1 - q);
    if (!value || effective_ < needed) return BoundOf(q, effective_, sample_);
    const std::vector<CellSum>& cells = cells_.SumUp(sample_.InfluenceOnLevel(*value));
    const SeriesError error = ErrorOfCells(cells, sample_.count());
    const double effective = EffectiveValues(q * (1 - q), error.standard_error, sample_.count());
    // Its own tail may be more alike than the values as a whole.
    if (effective < needed) return BoundOf(q, effective, sample_);
    const BlockBootstrap options{.block = error.batch, .seed = SplitMix64(seed_ ^ SeedOf(q))};
    const TailValues tails = TailsOf(BootstrapMeans(cells, options), kTail);
    const auto batches = static_cast<double>(error.batches);
    // Hesterberg, American Statistician 69, 2015: a bootstrap is too narrow by that.
    const double stretched = std::sqrt(error.inflation * batches / (batches - 1)) *
                             StudentTBeyond(kZ975, error.degrees) / kZ975;
    return {.low = sample_.ValueBelow(q + stretched * tails.low),
            .high = sample_.ValueAbove(q + stretched * tails.high),
            .degrees = error.degrees};
  }

 private:
  static uint64_t SeedOf(double q) { return static_cast<uint64_t>(std::lround(q * 1000)); }

  const CensoredSample& sample_;
  Cells& cells_;
  double effective_;
  uint64_t seed_;
};

}  // namespace

uint64_t BinomialLow(uint64_t count, double q, double tail) {
  // From the top: with q near 1 all of the mass is there.  P(X = count) = q^count.
  const auto n = static_cast<double>(count);
  double log_mass = n * std::log(q);
  double above = 0;  // P(X > k)
  for (uint64_t k = count; k > 0; --k) {
    above += std::exp(log_mass);
    // P(X < k) = 1 - P(X >= k).
    if (1 - above <= tail) return k;
    const auto at = static_cast<double>(k);
    log_mass += std::log(at / (n - at + 1) * (1 - q) / q);
  }
  return 0;
}

std::optional<DistributionIntervals> SteadyIntervals(std::span<const TimedValue> values,
                                                     const CensoredSample& sample, uint64_t seed) {
  if (values.size() < kValuesMin) return std::nullopt;
  Cells cells(values);
  DistributionIntervals intervals;
  intervals.effective = EffectiveByRank(sample, cells);
  intervals.mean = BoundsOfMean(sample, cells);
  const QuantileIntervals quantiles(sample, cells, intervals.effective, seed);
  for (const QuantileOf& each : kQuantiles) intervals.*each.bounds = quantiles.Of(each.q);
  return intervals;
}

std::optional<DistributionIntervals> SteadyIntervals(std::span<const TimedValue> values,
                                                     uint64_t seed) {
  std::vector<CensoredValue> bare;
  bare.reserve(values.size());
  for (const TimedValue& value : values) {
    bare.push_back({.value = value.value, .censored = value.censored});
  }
  return SteadyIntervals(values, CensoredSample(bare), seed);
}

}  // namespace specctl
