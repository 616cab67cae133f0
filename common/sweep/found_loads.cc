#include "common/sweep/found_loads.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "common/planning/curve.h"
#include "common/planning/pooled_points.h"
#include "common/sweep/curve_end.h"
#include "common/sweep/point_order.h"

namespace specctl {
namespace {

// More would be measured beyond the end of a curve, in the order that chance makes.
constexpr size_t kRungsAtOnce = 2;

LoadLevel Bs(uint32_t bs) {
  return {.kind = LoadKind::kConcurrency, .level = static_cast<double>(bs)};
}

// One curve, as far as it is measured.
struct FoundCurve {
  PointKey key;                 // of any load
  std::set<uint32_t> loads;     // all, in whatever state
  std::optional<uint32_t> end;  // over-saturated from here on
  uint32_t best = 0;            // the highest load below the end
};

std::vector<FoundCurve> CurvesOfSweep(const Sweep& sweep) {
  const std::vector<PooledPoint> pooled = PoolPoints(sweep);
  std::vector<FoundCurve> curves;
  for (const CurvePlace& place : PlacesOf(sweep)) {
    for (const SweepTarget& target : sweep.targets) {
      FoundCurve curve{.key = KeyOf(target.name, Bs(1), place), .loads = {}, .end = {}};
      for (const SweepPoint& point : sweep.points) {
        if (CurveKeyOf(point.key) != CurveKeyOf(curve.key)) continue;
        curve.loads.insert(static_cast<uint32_t>(point.key.load.level));
      }
      if (const auto end = FindCurveEnd(pooled, curve.key)) {
        curve.end = static_cast<uint32_t>(end->load.level);
      }
      for (const uint32_t load : curve.loads) {
        if (!curve.end || load < *curve.end) curve.best = std::max(curve.best, load);
      }
      curves.push_back(std::move(curve));
    }
  }
  return curves;
}

// Powers of two up to bs_max, and bs_max itself.
std::vector<uint32_t> Ladder(uint32_t bs_max) {
  std::vector<uint32_t> ladder;
  for (uint64_t bs = 1; bs < bs_max; bs *= 2) ladder.push_back(static_cast<uint32_t>(bs));
  ladder.push_back(bs_max);
  return ladder;
}

// The next block of the ladder that some curve still lacks; empty: none does.
std::vector<uint32_t> NextRungs(const std::vector<FoundCurve>& curves, uint32_t bs_max) {
  const std::vector<uint32_t> ladder = Ladder(bs_max);
  std::vector<uint32_t> rungs;
  for (const uint32_t rung : ladder) {
    const bool lacks = std::any_of(curves.begin(), curves.end(), [&](const FoundCurve& curve) {
      return !curve.end && !curve.loads.contains(rung);
    });
    if (lacks) rungs.push_back(rung);
    if (rungs.size() == kRungsAtOnce) break;
  }
  return rungs;
}

// What a curve lacks once its end is known.
std::set<uint32_t> FinerLoads(const Sweep& sweep, const FoundCurve& curve,
                              const FindLoads& options) {
  std::set<uint32_t> finer;
  const uint32_t highest = curve.end.value_or(curve.best);
  if (curve.end && curve.best >= 1) {
    const auto middle = static_cast<uint32_t>(
        std::lround(std::sqrt(static_cast<double>(curve.best) * static_cast<double>(*curve.end))));
    const std::vector<uint32_t> ladder = Ladder(options.bs_max);
    // Once: the ends of the ladder's own step, not those that the middle has made.
    const bool between_rungs = std::count(ladder.begin(), ladder.end(), curve.best) > 0 &&
                               std::count(ladder.begin(), ladder.end(), *curve.end) > 0;
    if (between_rungs && middle > curve.best && middle < *curve.end) finer.insert(middle);
  }
  ServerLimits limits;
  if (const auto known = options.limits.find(curve.key.target); known != options.limits.end()) {
    limits = known->second;
  }
  if (!limits.requests_max) limits.requests_max = RequestsMaxSeen(sweep, curve.key.target);
  const SweepTarget* const target = sweep.FindTarget(curve.key.target);
  if (target != nullptr && target->draft_length) limits.draft_length = *target->draft_length;
  const std::vector<uint32_t> ladder = Ladder(highest);
  for (const uint32_t load : CliffLoads(limits, ladder, highest)) finer.insert(load);
  // The step from the last load of a cliff beyond the end is not looked at.
  std::erase_if(finer, [&](uint32_t load) { return curve.loads.contains(load); });
  return finer;
}

std::vector<LoadLevel> Levels(const auto& loads) {
  std::vector<LoadLevel> levels;
  for (const uint32_t load : loads) levels.push_back(Bs(load));
  return levels;
}

// Whether that curve wants that load.
template <class Wants>
std::vector<SweepPoint> PointsWanted(const Sweep& sweep, const std::vector<LoadLevel>& loads,
                                     const FindLoads& options, const Wants& wants) {
  const auto first = BlocksOf(Levels(Ladder(options.bs_max)));
  // As often as in a grid that was given: once in a block's number of loads.
  const bool due = options.anchors && (LoadsOf(sweep).size() + loads.size()) % kBlockLoads < 2;
  auto points = PointsOfBlock(sweep, {.loads = loads,
                                      .anchor = due ? AnchorLoad(first) : std::nullopt,
                                      .seed = options.seed,
                                      // Of the points before it alone: the same after a resume.
                                      .block = sweep.points.size()});
  std::erase_if(points, [&](const SweepPoint& point) {
    return point.role == PointRole::kGrid && !wants(point.key);
  });
  return points;
}

}  // namespace

std::vector<SweepPoint> NextLoads(const Sweep& sweep, const FindLoads& options) {
  const std::vector<FoundCurve> curves = CurvesOfSweep(sweep);
  const auto curve_of = [&](const PointKey& key) {
    return std::find_if(curves.begin(), curves.end(), [&](const FoundCurve& curve) {
      return CurveKeyOf(curve.key) == CurveKeyOf(key);
    });
  };
  if (const auto rungs = NextRungs(curves, options.bs_max); !rungs.empty()) {
    return PointsWanted(sweep, Levels(rungs), options, [&](const PointKey& key) {
      const auto curve = curve_of(key);
      return !curve->end && !curve->loads.contains(static_cast<uint32_t>(key.load.level));
    });
  }
  std::set<uint32_t> all;
  std::vector<std::set<uint32_t>> finer;
  for (const FoundCurve& curve : curves) {
    finer.push_back(FinerLoads(sweep, curve, options));
    all.insert(finer.back().begin(), finer.back().end());
  }
  if (all.empty()) return {};
  return PointsWanted(sweep, Levels(all), options, [&](const PointKey& key) {
    return finer[static_cast<size_t>(curve_of(key) - curves.begin())].contains(
        static_cast<uint32_t>(key.load.level));
  });
}

std::vector<LoadLevel> LoadsOf(const Sweep& sweep) {
  std::set<LoadLevel> loads;
  for (const SweepPoint& point : sweep.points) loads.insert(point.key.load);
  return {loads.begin(), loads.end()};
}

}  // namespace specctl
