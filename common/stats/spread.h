// Spread: how far an estimate may be off, to each side; differences and ratios of two estimates.
#pragma once

#include <optional>
#include <span>

#include "common/stats/intervals.h"
#include "common/stats/quantiles.h"

namespace specctl {

// Points of the normal distribution: 95 % and 97.5 % of it lie below (one-sided and two-sided 95 %
// intervals), and 99.5 % (two-sided 99 %).
inline constexpr double kZ95 = 1.644854, kZ975 = 1.959964, kZ995 = 2.575829;

struct Spread {
  double below = 0, above = 0;  // standard errors towards smaller and larger values, both >= 0
  double degrees = 1;           // of freedom of Student's t
  double bound = 0;             // what measuring may add to either side at most, beside chance
};

// An estimate, in the figure's own unit.
struct Measured {
  double value = 0;
  std::optional<Spread> spread;  // absent: nothing is known of its error

  // Ends of the interval that reaches to the normal distribution's point `z` (kZ975: the two-sided
  // 95 % interval; kZ95: one end of it is the one-sided bound), by Student's t.  nullopt: no
  // spread.
  std::optional<double> Low(double z) const;
  std::optional<double> High(double z) const;
};

// Student's t whose tail is that of the normal distribution beyond `z`, for `degrees` > 0; relative
// error below 1 % from 3 degrees on (Wallace, Biometrika 46, 1959).
double StudentTBeyond(double z, double degrees);

// Spread of a statistic of consecutive stretches of time: `without_one[i]` is the statistic with
// the i-th left out, in time order.  The jackknife's standard error, which for a mean is that of
// batch means, times sqrt((1 + r) / (1 - r)): r is the first autocorrelation of the pseudo-values,
// corrected for its bias (Kendall, Biometrika 41, 1954) and not below 0, since neighbouring
// stretches of a server's time are alike.  The degrees of freedom are those of as many independent
// stretches as these are worth.  nullopt for fewer than kBlocksMin.
inline constexpr size_t kBlocksMin = 5;
std::optional<Spread> SpreadOfBlocks(double value, std::span<const double> without_one);

// A statistic of a part of the values, which has the share `kept` of them, within (0, 1).
struct PartStatistic {
  double value = 0, kept = 0;
};
// The standard error of `value` as random parts show it (half-samples; Shao and Wu, Annals of
// Statistics 17, 1989: unlike the jackknife of single stretches it holds for quantiles).  0 for
// none.
double ErrorOfParts(double value, std::span<const PartStatistic> parts);

// Of an estimate with a 95 % interval around it, by Student's t of so many degrees of freedom (0:
// not told, and taken for many).
Spread SpreadOfInterval(double value, const SteadyBounds& interval);

// b - a of independent estimates: their standard errors add in squares, each side with the side
// that moves the difference its way (Zou and Donner, Statistics in Medicine 27, 2008), degrees of
// freedom by Welch and Satterthwaite.
Measured DifferenceOf(const Measured& a, const Measured& b);

// b / a, the same on the logarithms.  nullopt unless both are above 0.
std::optional<RatioEstimate> RatioOf(const Measured& a, const Measured& b, double z);

// Two-sided p-value of `measured` being 0; 1 where nothing is known of its error.
double PValueOfZero(const Measured& measured);

}  // namespace specctl
