#include "common/planning/measured_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace specctl {
namespace {

Measured LogOf(const Measured& measured) {
  Measured log{.value = std::log(measured.value), .spread = measured.spread};
  if (log.spread) {
    log.spread->below /= measured.value;
    log.spread->above /= measured.value;
    log.spread->bound /= measured.value;
  }
  return log;
}

Measured ExpOf(const Measured& log) {
  Measured measured{.value = std::exp(log.value), .spread = log.spread};
  if (measured.spread) {
    measured.spread->below *= measured.value;
    measured.spread->above *= measured.value;
    measured.spread->bound *= measured.value;
  }
  return measured;
}

Measured Negated(const Measured& measured) {
  Measured negated{.value = -measured.value, .spread = measured.spread};
  if (negated.spread) std::swap(negated.spread->below, negated.spread->above);
  return negated;
}

bool Positive(const Measured& measured) { return measured.value > 0; }

// sum(weight * part), weights above 0; without a spread where a part has none.
Measured LinearSum(std::span<const Measured> parts, std::span<const double> weights) {
  Measured sum{.value = 0, .spread = Spread{.below = 0, .above = 0, .degrees = 0, .bound = 0}};
  double below = 0, above = 0, below_by_degrees = 0, above_by_degrees = 0, most = 1;
  for (size_t i = 0; i < parts.size(); ++i) {
    sum.value += weights[i] * parts[i].value;
    if (!parts[i].spread) sum.spread.reset();
    if (!sum.spread) continue;
    const Spread& spread = *parts[i].spread;
    const double low = std::pow(weights[i] * spread.below, 2);
    const double high = std::pow(weights[i] * spread.above, 2);
    below += low;
    above += high;
    below_by_degrees += low * low / spread.degrees;
    above_by_degrees += high * high / spread.degrees;
    most = std::max(most, spread.degrees);
    sum.spread->bound += weights[i] * spread.bound;
  }
  if (!sum.spread) return sum;
  sum.spread->below = std::sqrt(below);
  sum.spread->above = std::sqrt(above);
  // Welch and Satterthwaite.
  const double of_below = below_by_degrees > 0 ? below * below / below_by_degrees : most;
  const double of_above = above_by_degrees > 0 ? above * above / above_by_degrees : most;
  sum.spread->degrees = std::min(of_below, of_above);
  return sum;
}

}  // namespace

std::optional<Measured> ProductOf(const Measured& a, const Measured& b) {
  if (!Positive(a) || !Positive(b)) return std::nullopt;
  return ExpOf(DifferenceOf(Negated(LogOf(a)), LogOf(b)));
}

std::optional<Measured> QuotientOf(const Measured& dividend, const Measured& divisor) {
  if (!Positive(dividend) || !Positive(divisor)) return std::nullopt;
  return ExpOf(DifferenceOf(LogOf(divisor), LogOf(dividend)));
}

std::optional<Measured> InverseOf(const Measured& measured) {
  if (!Positive(measured)) return std::nullopt;
  return ExpOf(Negated(LogOf(measured)));
}

std::optional<Measured> HarmonicMean(std::span<const SharedMeasured> parts) {
  if (parts.empty()) return std::nullopt;
  double time = 0;
  for (const SharedMeasured& part : parts) {
    if (!Positive(part.measured)) return std::nullopt;
    time += part.share / part.measured.value;
  }
  const double mean = 1 / time;
  std::vector<Measured> values;
  std::vector<double> slopes;
  for (const SharedMeasured& part : parts) {
    values.push_back(part.measured);
    // The derivative of the mean by this part.
    slopes.push_back(mean * mean * part.share / (part.measured.value * part.measured.value));
  }
  Measured measured = LinearSum(values, slopes);
  measured.value = mean;
  return measured;
}

std::optional<Measured> GeometricMean(std::span<const Measured> parts) {
  if (parts.empty() || !std::all_of(parts.begin(), parts.end(), Positive)) return std::nullopt;
  std::vector<Measured> logs;
  for (const Measured& part : parts) logs.push_back(LogOf(part));
  const std::vector<double> weights(parts.size(), 1 / static_cast<double>(parts.size()));
  return ExpOf(LinearSum(logs, weights));
}

Estimate EstimateOf(const Measured& measured) {
  return {.value = measured.value, .low = measured.Low(kZ975), .high = measured.High(kZ975)};
}

}  // namespace specctl
