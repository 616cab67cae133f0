// --budget: what a sweep may take, and where more time is best spent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/planning/sweep.h"

namespace specctl {

// Reason of points that were skipped since the time was spent, as against those beyond a curve's
// end.
std::string BudgetSpentText(double budget_s);
bool IsBudgetSpent(std::string_view reason);

// What one more run at `key` will probably take: the mean of the runs at that point, else of all
// runs; nullopt: nothing was measured yet.
std::optional<double> SecondsExpected(const Sweep& sweep, const PointKey& key);

// The point where another run narrows the widest intervals most for its time, at most `left_s`;
// nullopt: there is none.  The width of a point is that of its 95 % interval of output TPS or of
// User TPS p50, the wider one, to both sides of the value; n runs have it, n + 1 will have
// sqrt(n / (n + 1)) of it.  Points narrower than kNarrowEnough are left alone, and those that are
// over-saturated, unstable or invalid.
inline constexpr double kNarrowEnough = 0.01;
std::optional<PointKey> WidestPoint(const Sweep& sweep, double left_s);

}  // namespace specctl
