// Products and means of independent estimates, with their errors by the delta method: relative
// errors add in squares, each side with the side that moves the result its way.
#pragma once

#include <optional>
#include <span>

#include "common/figures/figure_types.h"
#include "common/stats/spread.h"

namespace specctl {

// nullopt unless both are above 0.
std::optional<Measured> ProductOf(const Measured& a, const Measured& b);
std::optional<Measured> QuotientOf(const Measured& dividend, const Measured& divisor);
// 1 / measured.  nullopt unless it is above 0.
std::optional<Measured> InverseOf(const Measured& measured);

// 1 / sum(share / value): what a mix gives whose parts take time in inverse proportion.  The shares
// add up to 1.  nullopt where one is not above 0, or there are none.
struct SharedMeasured {
  Measured measured;
  double share = 0;
};
std::optional<Measured> HarmonicMean(std::span<const SharedMeasured> parts);

// Geometric mean; nullopt where one is not above 0, or there are none.
std::optional<Measured> GeometricMean(std::span<const Measured> parts);

// With its 95 % interval; ends are absent without a spread.
Estimate EstimateOf(const Measured& measured);

}  // namespace specctl
