#include "common/planning/study_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/planning/measured_arithmetic.h"
#include "common/planning/pooled_figures.h"

namespace specctl {
namespace {

using Ratios = std::vector<Measured>;

std::optional<Estimate> EstimateOfAny(const std::optional<Measured>& measured) {
  return measured ? std::optional(EstimateOf(*measured)) : std::nullopt;
}

void KeepRatio(const std::optional<Measured>& ratio, Ratios& ratios) {
  if (ratio) ratios.push_back(*ratio);
}

// Figures of points, pooled by their holds.
class FigurePool {
 public:
  void AddPoint(const PooledPoint& point, const Measured* measured) {
    if (measured == nullptr) return;
    values_.push_back({.measured = *measured, .weight = std::max(point.measured.hold_s, 1.0)});
    AddRuns(point.runs, runs_);
  }
  std::optional<Measured> Pooled() const {
    if (values_.empty()) return std::nullopt;
    return PoolMeasured(values_).measured;
  }
  const std::vector<std::string>& runs() const { return runs_; }

 private:
  std::vector<WeighedMeasured> values_;
  std::vector<std::string> runs_;
};

const SweepDataset* DatasetOf(const Sweep& sweep, const Curve& curve) {
  return sweep.FindDataset(curve.key.dataset);
}

// The curve of language at the place of a random one's ISL.
const Curve* LanguageOf(const Sweep& sweep, std::span<const Curve> curves, const Curve& random) {
  const SweepDataset* const dataset = DatasetOf(sweep, random);
  // Two lengths that nobody knows are not the same.
  if (!dataset->isl_tokens) return nullptr;
  for (const Curve& curve : curves) {
    const SweepDataset* const other = DatasetOf(sweep, curve);
    const bool same = curve.key.target == random.key.target && curve.key.kind == random.key.kind &&
                      curve.key.temperature == random.key.temperature && curve.key.tier.empty();
    if (same && !other->synthetic_text && other->isl_tokens == dataset->isl_tokens) return &curve;
  }
  return nullptr;
}

void AddRandomRows(const Curve& random, const Curve& language, StudyTable& table) {
  Ratios output, user;
  StudyRow mean{.labels = {random.key.target, "all loads"}, .values = {}, .runs = {}};
  for (const PooledPoint* point : random.points) {
    const PooledPoint* const real = language.At(point->key.load);
    if (real == nullptr || !IsUsable(*point) || !IsUsable(*real)) continue;
    const auto of_output = RatioOfPoints(*real, *point, "output_tps", "value");
    const auto of_user = RatioOfPoints(*real, *point, kSpeedFigure, kSpeedStatistic);
    KeepRatio(of_output, output);
    KeepRatio(of_user, user);
    StudyRow row{.labels = {random.key.target, LoadText(point->key.load)},
                 .values = {EstimateOfAny(of_output), EstimateOfAny(of_user)},
                 .runs = {}};
    for (const PooledPoint* each : {real, point}) {
      AddRuns(each->runs, row.runs);
      AddRuns(each->runs, mean.runs);
    }
    table.rows.push_back(std::move(row));
  }
  if (output.size() < 2) return;
  mean.values = {EstimateOfAny(GeometricMean(output)), EstimateOfAny(GeometricMean(user))};
  table.rows.push_back(std::move(mean));
}

std::optional<StudyTable> UnlessEmpty(StudyTable table) {
  return table.rows.empty() ? std::nullopt : std::optional(std::move(table));
}

// Of a curve's points, over all loads.
FigurePool PoolCurve(const Curve& curve, std::string_view figure, std::string_view statistic) {
  FigurePool pool;
  for (const PooledPoint* point : curve.points) {
    if (IsUsable(*point) && IsLanguage(*point)) {
      pool.AddPoint(*point, point->Find(figure, statistic));
    }
  }
  return pool;
}

std::optional<Estimate> MeanSpeedup(std::span<const SpeedupCurve> speedups, const CurveKey& key) {
  Ratios ratios;
  for (const SpeedupCurve& curve : speedups) {
    if (curve.key != key) continue;
    for (const SpeedupCell& cell : curve.cells) {
      if (cell.speedup) {
        KeepRatio(RatioOfPoints(*cell.baseline, *cell.target, kSpeedFigure, kSpeedStatistic),
                  ratios);
      }
    }
  }
  return EstimateOfAny(GeometricMean(ratios));
}

}  // namespace

std::optional<StudyTable> RandomTokenStudy(const Sweep& sweep, std::span<const Curve> curves) {
  StudyTable table{.key = "random_tokens",
                   .title =
                       "random tokens against language of the same ISL: by how much they "
                       "overstate (1: not at all)",
                   .label_names = {"target", "load"},
                   .value_names = {"output_tps_ratio", "user_tps_ratio"},
                   .rows = {}};
  for (const Curve& curve : curves) {
    if (!DatasetOf(sweep, curve)->synthetic_text) continue;
    if (const Curve* language = LanguageOf(sweep, curves, curve)) {
      AddRandomRows(curve, *language, table);
    }
  }
  return UnlessEmpty(std::move(table));
}

std::optional<StudyTable> LongPromptStudy(const Sweep& sweep, std::span<const Curve> curves,
                                          std::span<const SpeedupCurve> speedups) {
  StudyTable table{.key = "long_prompts",
                   .title = "by ISL, over all loads",
                   .label_names = {"target", "ISL", "prompts"},
                   .value_names = {"acceptance_length", "speedup"},
                   .rows = {}};
  // Of one target and tier in the order of their ISL.
  std::map<std::pair<std::string, std::string>, std::multimap<uint32_t, const Curve*>> by_isl;
  for (const Curve& curve : curves) {
    const SweepDataset* const dataset = DatasetOf(sweep, curve);
    if (dataset->synthetic_text || !dataset->isl_tokens) continue;
    by_isl[{curve.key.target, curve.key.tier}].emplace(*dataset->isl_tokens, &curve);
  }
  for (const auto& [of, rows] : by_isl) {
    // One ISL tells nothing of longer ones.
    if (rows.begin()->first == rows.rbegin()->first) continue;
    for (const auto& [isl, curve] : rows) {
      const FigurePool lengths = PoolCurve(*curve, "per_step", "value");
      const auto length = lengths.Pooled();
      if (!length) continue;
      table.rows.push_back({.labels = {of.first, std::to_string(isl), PlaceText(curve->key)},
                            .values = {EstimateOf(*length), MeanSpeedup(speedups, curve->key)},
                            .runs = lengths.runs()});
    }
  }
  return UnlessEmpty(std::move(table));
}

std::optional<StudyTable> TemperatureStudy(std::span<const Curve> curves) {
  StudyTable table{.key = "temperature",
                   .title = "the lowest temperature against others, over all loads",
                   .label_names = {"target", "prompts"},
                   .value_names = {"acceptance_length_at_lowest", "acceptance_length",
                                   "acceptance_length_ratio", "user_tps_ratio"},
                   .rows = {}};
  for (const Curve& curve : curves) {
    if (!curve.key.temperature) continue;
    const Curve* lowest = &curve;
    for (const Curve& other : curves) {
      CurveKey same = other.key;
      same.temperature = curve.key.temperature;
      const bool lower = other.key.temperature && same == curve.key &&
                         *other.key.temperature < *lowest->key.temperature;
      if (lower) lowest = &other;
    }
    if (lowest == &curve) continue;
    Ratios user;
    StudyRow row{.labels = {curve.key.target, PlaceText(curve.key)}, .values = {}, .runs = {}};
    for (const PooledPoint* point : curve.points) {
      const PooledPoint* const at = lowest->At(point->key.load);
      if (at == nullptr || !IsUsable(*at) || !IsUsable(*point)) continue;
      KeepRatio(RatioOfPoints(*at, *point, kSpeedFigure, kSpeedStatistic), user);
      AddRuns(at->runs, row.runs);
      AddRuns(point->runs, row.runs);
    }
    const auto at_lowest = PoolCurve(*lowest, "per_step", "value").Pooled();
    const auto here = PoolCurve(curve, "per_step", "value").Pooled();
    const auto ratio = at_lowest && here ? QuotientOf(*here, *at_lowest) : std::nullopt;
    row.values = {EstimateOfAny(at_lowest), EstimateOfAny(here), EstimateOfAny(ratio),
                  EstimateOfAny(GeometricMean(user))};
    if (!row.runs.empty()) table.rows.push_back(std::move(row));
  }
  return UnlessEmpty(std::move(table));
}

}  // namespace specctl
