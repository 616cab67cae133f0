#include "common/stats/series_error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace specctl {
namespace {

constexpr size_t kBatchesKept = 8;
constexpr double kBatchCorrelationMax =
    0.9;                         // above it the inflation is a guess, and enough of a warning
constexpr double kShrink = 0.3;  // standard errors of a correlation
// With fewer the heavy tails of t would punish a second time what the inflation has.
constexpr double kDegreesMin = 3;

double MeanOfSeries(std::span<const double> series) {
  return std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
}

std::vector<double> Centred(std::span<const double> series) {
  const double mean = MeanOfSeries(series);
  std::vector<double> centred(series.begin(), series.end());
  for (double& value : centred) value -= mean;
  return centred;
}

double ProductsAtLag(std::span<const double> centred, size_t lag) {
  return std::inner_product(centred.begin() + static_cast<std::ptrdiff_t>(lag), centred.end(),
                            centred.begin(), 0.0);
}

std::vector<double> MeansOfBatches(std::span<const double> series, size_t batch) {
  std::vector<double> means(series.size() / batch);
  for (size_t i = 0; i < means.size(); ++i)
    means[i] = MeanOfSeries(series.subspan(i * batch, batch));
  return means;
}

}  // namespace

double IntegratedAutocorrelationTime(std::span<const double> series) {
  constexpr double kWindow = 5;
  if (series.size() < kSeriesMin) return 1;
  const std::vector<double> centred = Centred(series);
  const double squares = ProductsAtLag(centred, 0);
  if (squares <= 0) return 1;
  const auto n = static_cast<double>(series.size());
  double time = 1;
  for (size_t lag = 1; lag < series.size() / 3; ++lag) {
    // Around the series' own mean all autocorrelations together are too small by about that much.
    time += 2 * (ProductsAtLag(centred, lag) / squares + 1 / n);
    if (time < 1 || static_cast<double>(lag) >= kWindow * time / 2) break;
  }
  return std::max(time, 1.0);
}

std::optional<SeriesError> ErrorOfSeriesMean(std::span<const double> series, size_t batches_max) {
  if (series.size() < kSeriesMin) return std::nullopt;
  SeriesError error;
  const auto correlated = static_cast<size_t>(std::ceil(IntegratedAutocorrelationTime(series)));
  error.batch = std::max(correlated, (series.size() + batches_max - 1) / batches_max);
  error.batch = std::min(error.batch, std::max<size_t>(1, series.size() / kBatchesKept));
  const std::vector<double> centred = Centred(MeansOfBatches(series, error.batch));
  error.batches = centred.size();
  const auto n = static_cast<double>(centred.size());
  const double squares = ProductsAtLag(centred, 0);
  if (squares > 0) {
    const double seen = ProductsAtLag(centred, 1) / squares;
    const double unbiased = seen + (1 + 4 * seen) / n;
    const double r = std::clamp(unbiased - kShrink / std::sqrt(n), 0.0, kBatchCorrelationMax);
    error.inflation = (1 + r) / (1 - r);
  }
  error.standard_error = std::sqrt(squares / (n - 1) / n * error.inflation);
  error.degrees = std::max(kDegreesMin, n / error.inflation - 1);
  return error;
}

}  // namespace specctl
