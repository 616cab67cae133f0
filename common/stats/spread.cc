#include "common/stats/spread.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace specctl {
namespace {

constexpr double kManyDegrees = 1e6;

double MeanOf(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Between neighbours; 0 where nothing varies.
double FirstAutocorrelation(std::span<const double> values, double mean) {
  double products = 0, squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    squares += (values[i] - mean) * (values[i] - mean);
    if (i > 0) products += (values[i] - mean) * (values[i - 1] - mean);
  }
  return squares > 0 ? products / squares : 0;
}

struct Part {
  double error = 0, degrees = 1;
};

// Standard errors of independent parts, added in squares.
Part Added(const Part& a, const Part& b) {
  const double a2 = a.error * a.error, b2 = b.error * b.error;
  const double denominator = a2 * a2 / a.degrees + b2 * b2 / b.degrees;
  const double degrees =
      denominator > 0 ? (a2 + b2) * (a2 + b2) / denominator : std::min(a.degrees, b.degrees);
  return {std::sqrt(a2 + b2), degrees};
}

}  // namespace

std::optional<double> Measured::Low(double z) const {
  if (!spread) return std::nullopt;
  return value - StudentTBeyond(z, spread->degrees) * spread->below - spread->bound;
}

std::optional<double> Measured::High(double z) const {
  if (!spread) return std::nullopt;
  return value + StudentTBeyond(z, spread->degrees) * spread->above + spread->bound;
}

double StudentTBeyond(double z, double degrees) {
  // Student's t is the normal distribution there, and the formula loses digits.
  if (degrees >= kManyDegrees) return z;
  // Wallace's transformation, solved for t.
  const double scaled = z * (8 * degrees + 3) / (8 * degrees + 1);
  return std::sqrt(degrees * std::expm1(scaled * scaled / degrees));
}

std::optional<Spread> SpreadOfBlocks(double value, std::span<const double> without_one) {
  // Above it the inflation is a guess: 19 times the variance is enough of a warning.
  constexpr double kCorrelationMax = 0.9;
  if (without_one.size() < kBlocksMin) return std::nullopt;
  const auto n = static_cast<double>(without_one.size());
  std::vector<double> pseudo;
  pseudo.reserve(without_one.size());
  // Pseudo-values: what each block alone would say of the statistic.
  for (const double rest : without_one) pseudo.push_back(n * value - (n - 1) * rest);
  const double mean = MeanOf(pseudo);
  double squares = 0;
  for (const double one : pseudo) squares += (one - mean) * (one - mean);
  const double seen = FirstAutocorrelation(pseudo, mean);
  // Kendall's correction of the bias; below 0 the plain error is kept, to be on the safe side.
  const double correlation = std::clamp(seen + (1 + 4 * seen) / n, 0.0, kCorrelationMax);
  const double inflation = (1 + correlation) / (1 - correlation);
  const double error = std::sqrt(squares / (n - 1) / n * inflation);
  return Spread{.below = error, .above = error, .degrees = std::max(1.0, n / inflation - 1)};
}

double ErrorOfParts(double value, std::span<const PartStatistic> parts) {
  if (parts.empty()) return 0;
  double squares = 0;
  for (const PartStatistic& part : parts) {
    squares += part.kept / (1 - part.kept) * (part.value - value) * (part.value - value);
  }
  return std::sqrt(squares / static_cast<double>(parts.size()));
}

Spread SpreadOfInterval(double value, const SteadyBounds& interval) {
  const double degrees = interval.degrees > 0 ? interval.degrees : kManyDegrees;
  const double t = StudentTBeyond(kZ975, degrees);
  return {.below = std::max(0.0, value - interval.low.value_or(value)) / t,
          .above = std::max(0.0, interval.high.value_or(value) - value) / t,
          .degrees = degrees};
}

Measured DifferenceOf(const Measured& a, const Measured& b) {
  Measured difference{.value = b.value - a.value, .spread = std::nullopt};
  if (!a.spread || !b.spread) return difference;
  const Part below =
      Added({a.spread->above, a.spread->degrees}, {b.spread->below, b.spread->degrees});
  const Part above =
      Added({a.spread->below, a.spread->degrees}, {b.spread->above, b.spread->degrees});
  difference.spread = Spread{.below = below.error,
                             .above = above.error,
                             .degrees = std::min(below.degrees, above.degrees),
                             .bound = a.spread->bound + b.spread->bound};
  return difference;
}

std::optional<RatioEstimate> RatioOf(const Measured& a, const Measured& b, double z) {
  if (!(a.value > 0) || !(b.value > 0)) return std::nullopt;
  const auto log_of = [](const Measured& measured) {
    Measured log{.value = std::log(measured.value), .spread = measured.spread};
    if (log.spread) {
      // The derivative of the logarithm.
      log.spread->below /= measured.value;
      log.spread->above /= measured.value;
      log.spread->bound /= measured.value;
    }
    return log;
  };
  const Measured log = DifferenceOf(log_of(a), log_of(b));
  RatioEstimate ratio{.value = b.value / a.value, .interval = std::nullopt};
  if (log.spread) {
    ratio.interval = Interval{ratio.value, std::exp(*log.Low(z)), std::exp(*log.High(z))};
  }
  return ratio;
}

double PValueOfZero(const Measured& measured) {
  if (!measured.spread || measured.value == 0) return 1;
  const Spread& spread = *measured.spread;
  const double beyond_bound = std::abs(measured.value) - spread.bound;
  if (beyond_bound <= 0) return 1;
  const double error = measured.value > 0 ? spread.below : spread.above;
  // No spread towards 0, and not at it: the difference is certain.
  if (error <= 0) return 0;
  const double t = beyond_bound / error, degrees = spread.degrees;
  const double z = degrees >= kManyDegrees ? t
                                           : (8 * degrees + 1) / (8 * degrees + 3) *
                                                 std::sqrt(degrees * std::log1p(t * t / degrees));
  return std::erfc(z / std::sqrt(2.0));
}

}  // namespace specctl
