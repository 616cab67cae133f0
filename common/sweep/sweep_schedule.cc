#include "common/sweep/sweep_schedule.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/sweep/curve_end.h"
#include "common/sweep/drift.h"
#include "common/sweep/load_cliffs.h"
#include "common/sweep/point_order.h"
#include "common/sweep/time_budget.h"

namespace specctl {
namespace {

void AppendPoints(const ScheduleOptions& options, std::vector<SweepPoint> points, Sweep& sweep) {
  for (SweepPoint& point : points) {
    // One pair for each cell of the grid: with its second target.
    if (options.paired && point.role == PointRole::kGrid &&
        point.key.target == sweep.targets.back().name) {
      SweepPair pair{.key = point.key, .baseline = sweep.targets.front().name};
      pair.state = PointState::kPlanned;
      sweep.pairs.push_back(std::move(pair));
    }
    sweep.points.push_back(std::move(point));
  }
  sweep.grid.loads = LoadsOf(sweep);
}

// Of one target's point at the pair's place.
const SweepPoint* GridPointOf(const Sweep& sweep, PointKey key, const std::string& target) {
  key.target = target;
  const auto found = std::find_if(
      sweep.points.begin(), sweep.points.end(),
      [&](const SweepPoint& point) { return point.role == PointRole::kGrid && point.key == key; });
  return found == sweep.points.end() ? nullptr : &*found;
}

// Which of a pair's targets has nothing there to compare; empty: none.
std::string MissingOf(const Sweep& sweep, const SweepPair& pair) {
  for (const std::string& target : {pair.baseline, pair.key.target}) {
    const SweepPoint* const point = GridPointOf(sweep, pair.key, target);
    if (point == nullptr || point->state == PointState::kSkipped ||
        point->state == PointState::kFailed) {
      return target;
    }
  }
  return "";
}

bool AreDone(const Sweep& sweep, const SweepPair& pair) {
  for (const std::string& target : {pair.baseline, pair.key.target}) {
    const SweepPoint* const point = GridPointOf(sweep, pair.key, target);
    if (point == nullptr || point->state != PointState::kDone) return false;
  }
  return true;
}

// Pairs follow their points, also where a point that was skipped is measured after all.
std::optional<size_t> DuePair(Sweep& sweep) {
  for (size_t i = 0; i < sweep.pairs.size(); ++i) {
    SweepPair& pair = sweep.pairs[i];
    const bool skipped = pair.state == PointState::kSkipped && !IsBudgetSpent(pair.reason);
    if (pair.state != PointState::kPlanned && !skipped) continue;
    const std::string missing = MissingOf(sweep, pair);
    pair.state = missing.empty() ? PointState::kPlanned : PointState::kSkipped;
    pair.reason = missing.empty() ? "" : missing + " was not measured there";
    if (AreDone(sweep, pair)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> FirstPlanned(const Sweep& sweep) {
  const auto found =
      std::find_if(sweep.points.begin(), sweep.points.end(),
                   [](const SweepPoint& point) { return point.state == PointState::kPlanned; });
  if (found == sweep.points.end()) return std::nullopt;
  return static_cast<size_t>(found - sweep.points.begin());
}

bool FitsBudget(const ScheduleOptions& options, const Sweep& sweep, const PointKey& key) {
  if (!options.budget_s) return true;
  return sweep.spent_s + SecondsExpected(sweep, key).value_or(0) <= *options.budget_s;
}

void SkipTheRest(const ScheduleOptions& options, Sweep& sweep) {
  const std::string reason = BudgetSpentText(options.budget_s.value_or(0));
  for (SweepPoint& point : sweep.points) {
    if (point.state != PointState::kPlanned) continue;
    point.state = PointState::kSkipped;
    point.reason = reason;
  }
  for (SweepPair& pair : sweep.pairs) {
    if (pair.state != PointState::kPlanned) continue;
    pair.state = PointState::kSkipped;
    pair.reason = reason;
  }
}

void Judge(Sweep& sweep) {
  LabelDrift(sweep);
  LabelCliffs(sweep);
  EndCurves(sweep);
}

// Once everything planned is measured: whether there is more.
bool PlanMore(const ScheduleOptions& options, Sweep& sweep) {
  if (options.find) {
    auto found = NextLoads(sweep, *options.find);
    if (!found.empty()) {
      AppendPoints(options, std::move(found), sweep);
      return true;
    }
  }
  if (!options.budget_s) return false;
  const auto widest = WidestPoint(sweep, *options.budget_s - sweep.spent_s);
  if (!widest) return false;
  sweep.points.push_back({.key = *widest, .role = PointRole::kRepeat});
  return true;
}

}  // namespace

void PlanSweep(const ScheduleOptions& options, Sweep& sweep) {
  if (options.find) return AppendPoints(options, NextLoads(sweep, *options.find), sweep);
  AppendPoints(options, PointsOfGrid(sweep, options.seed, options.anchors), sweep);
}

NextRun AdvanceSweep(const ScheduleOptions& options, Sweep& sweep) {
  while (true) {
    Judge(sweep);
    if (const auto pair = DuePair(sweep)) {
      if (FitsBudget(options, sweep, sweep.pairs[*pair].key)) {
        return {.kind = NextRun::Kind::kPair, .index = *pair};
      }
      SkipTheRest(options, sweep);
    }
    if (const auto point = FirstPlanned(sweep)) {
      if (FitsBudget(options, sweep, sweep.points[*point].key)) {
        return {.kind = NextRun::Kind::kPoint, .index = *point};
      }
      SkipTheRest(options, sweep);
      return {};
    }
    if (!PlanMore(options, sweep)) return {};
  }
}

uint64_t SeedOfPoint(const Sweep& sweep, size_t point, uint64_t seed) {
  const SweepPoint& asked = sweep.points[point];
  if (asked.role != PointRole::kRepeat) return seed;
  const auto end = sweep.points.begin() + static_cast<std::ptrdiff_t>(point) + 1;
  return seed + static_cast<uint64_t>(
                    std::count_if(sweep.points.begin(), end, [&](const SweepPoint& each) {
                      return each.role == PointRole::kRepeat && each.key == asked.key;
                    }));
}

}  // namespace specctl
