#include "common/planning/speedup_table.h"

#include <algorithm>
#include <cmath>

#include "common/planning/measured_arithmetic.h"

namespace specctl {
namespace {

Pays PaysOf(const std::optional<Measured>& speedup) {
  if (!speedup || !speedup->spread) return Pays::kUnclear;
  if (*speedup->Low(kZ975) > 1) return Pays::kYes;
  return *speedup->High(kZ975) < 1 ? Pays::kNo : Pays::kUnclear;
}

// Target over baseline; nullopt: the pair is of others.  Which of the two the sweep named first
// says nothing of which is the baseline.
std::optional<Measured> RatioOfPair(const SweepPair& pair, const PointKey& key,
                                    const std::string& baseline) {
  const Measured* const ratio = FindMeasured(pair.ratios, kSpeedFigure, kSpeedStatistic);
  if (pair.state != PointState::kDone || ratio == nullptr) return std::nullopt;
  if (pair.key == key && pair.baseline == baseline) return *ratio;
  PointKey swapped = key;
  swapped.target = baseline;
  if (!(pair.key == swapped) || pair.baseline != key.target) return std::nullopt;
  return InverseOf(*ratio);
}

void TakePair(std::span<const SweepPair> pairs, SpeedupCell& cell) {
  for (const SweepPair& pair : pairs) {
    const auto ratio = RatioOfPair(pair, cell.target->key, cell.baseline->key.target);
    if (!ratio) continue;
    cell.speedup = *ratio;
    cell.paired = true;
    cell.runs.push_back(pair.run_id);
    return;
  }
}

std::string WhyNoSpeedup(const PooledPoint& target, const PooledPoint& baseline) {
  for (const PooledPoint* point : {&baseline, &target}) {
    if (!IsUsable(*point)) return PointText(point->key) + " " + WhyUnusable(*point);
  }
  // What random tokens do to a drafter says nothing of language.
  if (!IsLanguage(target)) return "its prompts are no language";
  return "";
}

SpeedupCell CellOf(const PooledPoint& target, const PooledPoint& baseline,
                   std::span<const SweepPair> pairs) {
  SpeedupCell cell{.target = &target, .baseline = &baseline};
  cell.why_none = WhyNoSpeedup(target, baseline);
  if (!cell.why_none.empty()) return cell;
  cell.runs = baseline.runs;
  AddRuns(target.runs, cell.runs);
  cell.speedup = RatioOfPoints(baseline, target, kSpeedFigure, kSpeedStatistic);
  cell.output_tps = RatioOfPoints(baseline, target, "output_tps", "value");
  TakePair(pairs, cell);
  if (!cell.speedup) cell.why_none = "User TPS is absent";
  cell.pays = PaysOf(cell.speedup);
  const Pays output = PaysOf(cell.output_tps);
  cell.conflict = (cell.pays == Pays::kYes && output == Pays::kNo) ||
                  (cell.pays == Pays::kNo && output == Pays::kYes);
  return cell;
}

// By a line through the logarithms: a ratio of speeds over octaves of load.
double LevelBetween(const SpeedupCell& a, const SpeedupCell& b) {
  const double from = std::log(a.speedup->value), to = std::log(b.speedup->value);
  const double share = from / (from - to);
  const double low = std::log(a.load().level), high = std::log(b.load().level);
  return std::exp(low + share * (high - low));
}

// The nearest load from `begin` on, in steps of `step`, that is certain to be on `side`.
std::optional<LoadLevel> SureFrom(const std::vector<const SpeedupCell*>& cells, size_t begin,
                                  int step, Pays side) {
  for (size_t i = begin; i < cells.size(); i += static_cast<size_t>(step)) {
    if (cells[i]->pays == side) return cells[i]->load();
    if (cells[i]->pays != Pays::kUnclear) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Crossing> CrossingsOf(const std::vector<SpeedupCell>& all, const Curve& target,
                                  const Curve& baseline) {
  std::vector<const SpeedupCell*> cells;
  for (const SpeedupCell& cell : all) {
    if (cell.speedup && cell.speedup->value > 0) cells.push_back(&cell);
  }
  std::vector<Crossing> crossings;
  for (size_t i = 1; i < cells.size(); ++i) {
    const SpeedupCell &a = *cells[i - 1], &b = *cells[i];
    const bool above_a = a.speedup->value > 1, above_b = b.speedup->value > 1;
    if (above_a == above_b) continue;
    Crossing crossing{.below = a.load(), .above = b.load(), .pays_above = above_b};
    // Also at points between them that only one of the two has.
    const double low = a.load().level, high = b.load().level;
    if (!target.HasCliffIn(low, high) && !baseline.HasCliffIn(low, high)) {
      crossing.level = LevelBetween(a, b);
    }
    // SureFrom's index wraps below 0, which ends it.
    crossing.sure_below = SureFrom(cells, i - 1, -1, above_a ? Pays::kYes : Pays::kNo);
    crossing.sure_above = SureFrom(cells, i, 1, above_b ? Pays::kYes : Pays::kNo);
    crossings.push_back(crossing);
  }
  return crossings;
}

}  // namespace

std::string_view PaysName(Pays pays) {
  switch (pays) {
    case Pays::kYes:
      return "yes";
    case Pays::kNo:
      return "no";
    case Pays::kUnclear:
      break;
  }
  return "unclear";
}

std::optional<Measured> RatioOfPoints(const PooledPoint& a, const PooledPoint& b,
                                      std::string_view figure, std::string_view statistic) {
  const Measured *of_a = a.Find(figure, statistic), *of_b = b.Find(figure, statistic);
  return of_a == nullptr || of_b == nullptr ? std::nullopt : QuotientOf(*of_b, *of_a);
}

std::vector<SpeedupCurve> SpeedupsOver(const std::string& baseline, std::span<const Curve> curves,
                                       std::span<const SweepPair> pairs) {
  std::vector<SpeedupCurve> speedups;
  for (const Curve& curve : curves) {
    if (curve.key.target == baseline) continue;
    const Curve* const against = FindCurve(curves, curve.key, baseline);
    if (against == nullptr) continue;
    SpeedupCurve speedup{.key = curve.key, .cells = {}, .crossings = {}};
    for (const PooledPoint* point : curve.points) {
      const PooledPoint* const base = against->At(point->key.load);
      if (base != nullptr) speedup.cells.push_back(CellOf(*point, *base, pairs));
    }
    speedup.crossings = CrossingsOf(speedup.cells, curve, *against);
    if (!speedup.cells.empty()) speedups.push_back(std::move(speedup));
  }
  return speedups;
}

}  // namespace specctl
