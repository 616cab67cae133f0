#include "common/stats/growth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace specctl {
namespace {

constexpr size_t kBatches = 10;
constexpr size_t kGrowthValuesMin = 2 * kBatches;
constexpr double kPValueMax = 0.01;
constexpr double kResidualCorrelationMax = 0.4;

using Batches = std::array<double, kBatches>;

Batches BatchesOf(std::span<const double> series) {
  Batches batches;
  for (size_t i = 0; i < kBatches; ++i) {
    const size_t first = i * series.size() / kBatches, end = (i + 1) * series.size() / kBatches;
    const auto part = series.subspan(first, end - first);
    batches[i] = std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size());
  }
  return batches;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double SenSlope(const Batches& batches) {
  std::vector<double> slopes;
  for (size_t i = 0; i < kBatches; ++i) {
    for (size_t j = i + 1; j < kBatches; ++j) {
      slopes.push_back((batches[j] - batches[i]) / static_cast<double>(j - i));
    }
  }
  return Median(std::move(slopes));
}

double KendallScore(const Batches& batches) {
  double score = 0;
  for (size_t i = 0; i < kBatches; ++i) {
    for (size_t j = i + 1; j < kBatches; ++j) {
      score += (batches[j] > batches[i] ? 1 : 0) - (batches[j] < batches[i] ? 1 : 0);
    }
  }
  return score;
}

// Of the rests around the trend.
double Inflation(const Batches& batches, double slope, double middle) {
  Batches rests;
  for (size_t i = 0; i < kBatches; ++i) {
    rests[i] = batches[i] - middle -
               slope * (static_cast<double>(i) - static_cast<double>(kBatches - 1) / 2);
  }
  const double mean = std::accumulate(rests.begin(), rests.end(), 0.0) / kBatches;
  double products = 0, squares = 0;
  for (size_t i = 0; i < kBatches; ++i) {
    squares += (rests[i] - mean) * (rests[i] - mean);
    if (i > 0) products += (rests[i] - mean) * (rests[i - 1] - mean);
  }
  if (squares <= 0) return 1;
  const double seen = products / squares;
  const double r = std::clamp(seen + (1 + 4 * seen) / kBatches, 0.0, kResidualCorrelationMax);
  return (1 + r) / (1 - r);
}

}  // namespace

std::optional<Growth> TrendOf(std::span<const double> series) {
  if (series.size() < kGrowthValuesMin) return std::nullopt;
  const Batches batches = BatchesOf(series);
  const double slope = SenSlope(batches);
  const double middle = Median({batches.begin(), batches.end()});
  constexpr auto n = static_cast<double>(kBatches);
  const double variance = n * (n - 1) * (2 * n + 5) / 18 * Inflation(batches, slope, middle);
  // Corrected for continuity: the score goes in steps of two.
  const double score = KendallScore(batches) - 1;
  return Growth{.from = middle - slope * n / 2,
                .to = middle + slope * n / 2,
                .p_value = std::erfc(score / std::sqrt(2 * variance)) / 2};
}

std::optional<Growth> FindGrowth(std::span<const double> series, double least) {
  const std::optional<Growth> trend = TrendOf(series);
  if (!trend || trend->p_value > kPValueMax || trend->to - trend->from < least) return std::nullopt;
  return trend;
}

}  // namespace specctl
