#include "common/sweep/time_budget.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <absl/strings/str_cat.h>

#include "common/base/clock.h"
#include "common/base/duration.h"
#include "common/planning/pooled_points.h"

namespace specctl {
namespace {

constexpr char kBudgetFlag[] = "--budget";

// Half the interval, as a share of the value; 1 where nothing is known of its error, unless a
// second run has not told it either.
double WidthOf(const Measured* measured, size_t runs) {
  if (measured == nullptr) return 0;  // another run would not have it either
  const auto low = measured->Low(kZ975), high = measured->High(kZ975);
  if (!low || !high || !(measured->value > 0)) return runs > 1 ? 0 : 1;
  return std::min(1.0, (*high - *low) / 2 / measured->value);
}

double WidthOf(const PooledPoint& point) {
  return std::max(WidthOf(point.Find("output_tps", "value"), point.runs.size()),
                  WidthOf(point.Find("user_tps", "p50"), point.runs.size()));
}

bool IsWorthMore(const PooledPoint& point) {
  return point.done() && point.measured.verdict != VerdictState::kInvalid &&
         !point.measured.HasLabel(kSaturatedLabel) && !point.measured.HasLabel(kUnstableLabel);
}

// Another would fail as well.
bool HasFailedRepeat(const Sweep& sweep, const PointKey& key) {
  return std::any_of(sweep.points.begin(), sweep.points.end(), [&](const SweepPoint& point) {
    return point.role == PointRole::kRepeat && point.state == PointState::kFailed &&
           point.key == key;
  });
}

}  // namespace

std::string BudgetSpentText(double budget_s) {
  const auto whole = std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(budget_s));
  return absl::StrCat(kBudgetFlag, " ", FormatDuration(whole), " was spent");
}

bool IsBudgetSpent(std::string_view reason) { return reason.starts_with(kBudgetFlag); }

std::optional<double> SecondsExpected(const Sweep& sweep, const PointKey& key) {
  double all = 0, here = 0;
  size_t runs = 0, runs_here = 0;
  for (const SweepPoint& point : sweep.points) {
    if (point.state != PointState::kDone || !point.took_s) continue;
    all += *point.took_s;
    ++runs;
    if (!(point.key == key)) continue;
    here += *point.took_s;
    ++runs_here;
  }
  if (runs == 0) return std::nullopt;
  return runs_here > 0 ? here / static_cast<double>(runs_here) : all / static_cast<double>(runs);
}

std::optional<PointKey> WidestPoint(const Sweep& sweep, double left_s) {
  std::optional<PointKey> best;
  double best_gain = 0;
  for (const PooledPoint& point : PoolPoints(sweep)) {
    if (!IsWorthMore(point) || HasFailedRepeat(sweep, point.key)) continue;
    const double width = WidthOf(point);
    const double cost = SecondsExpected(sweep, point.key).value_or(left_s + 1);
    if (width < kNarrowEnough || cost > left_s || !(cost > 0)) continue;
    const auto runs = static_cast<double>(point.runs.size());
    const double gain = width * (1 - std::sqrt(runs / (runs + 1))) / cost;
    if (gain <= best_gain) continue;
    best_gain = gain;
    best = point.key;
  }
  return best;
}

}  // namespace specctl
