// Where between two points, or beyond the last, a curve meets a limit: a monotone fit.
#pragma once

#include <optional>
#include <string>

#include "common/compare/condition.h"
#include "common/planning/curve.h"

namespace specctl {

struct LoadFit {
  std::optional<double> level;  // absent: no fit is made
  std::string why_none;
};

// The load between the points `pass` and `pass + 1` of the curve at which the one-sided 95 % bound
// of `limit`'s figure meets it.  Through the bounds goes a monotone fit of the points around, as
// far as no cliff lies between them and both ends are usable.  None is made
//   - across a cliff, or over fewer than three points,
//   - where the points contradict a monotone curve: one lies beyond its own 95 % interval from it.
// A limit that the fit does not meet in between gives the end that is nearer.
LoadFit FitBetween(const Curve& curve, size_t pass, const Condition& limit);

// The same beyond the last point, by the slope of the fit's last two; at most kExtrapolationMax
// times its load, also where the fit never meets the limit.
inline constexpr double kExtrapolationMax = 2;
LoadFit FitBeyond(const Curve& curve, const Condition& limit);

// What the figure's lower bound would be at a load beyond the last point, by the same slope;
// nullopt where no fit is made.
std::optional<double> LowerBoundBeyond(const Curve& curve, double level, std::string_view figure,
                                       std::string_view statistic);

}  // namespace specctl
