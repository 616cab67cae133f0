#include "common/planning/pooled_points.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/planning/pooled_figures.h"

namespace specctl {
namespace {

void AddOnce(const std::string& text, std::vector<std::string>& texts) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

// A run of no known length still counts.
double WeightOf(const SweepPoint& point) {
  return point.measured.hold_s > 0 ? point.measured.hold_s : 1;
}

std::vector<MeasuredSlice> PoolSlices(const std::vector<const SweepPoint*>& runs) {
  std::vector<std::pair<Dimension, std::string>> names;
  std::map<std::pair<Dimension, std::string>, std::vector<WeighedFigures>> slices;
  for (const SweepPoint* run : runs) {
    for (const MeasuredSlice& slice : run->measured.slices) {
      auto& figures = slices[{slice.by, slice.key}];
      if (figures.empty()) names.emplace_back(slice.by, slice.key);
      figures.push_back({.figures = &slice.figures, .weight = WeightOf(*run)});
    }
  }
  std::vector<MeasuredSlice> pooled;
  for (const auto& name : names) {
    pooled.push_back(
        {.by = name.first, .key = name.second, .figures = PoolFigures(slices.at(name))});
  }
  return pooled;
}

double ScaleOfOutput(const std::vector<const SweepPoint*>& runs) {
  std::vector<WeighedMeasured> values;
  for (const SweepPoint* run : runs) {
    const Measured* const tps = FindMeasured(run->measured.figures, "output_tps", "value");
    if (tps != nullptr) values.push_back({.measured = *tps, .weight = WeightOf(*run)});
  }
  return values.empty() ? 1 : PoolMeasured(values).scale;
}

PointMeasurement PoolRuns(const std::vector<const SweepPoint*>& runs) {
  PointMeasurement pooled{.setup = runs.front()->measured.setup,
                          .verdict = runs.front()->measured.verdict};
  std::vector<WeighedFigures> figures;
  for (const SweepPoint* run : runs) {
    const PointMeasurement& measured = run->measured;
    pooled.hold_s += measured.hold_s;
    pooled.verdict = std::max(pooled.verdict, measured.verdict);
    for (const std::string& reason : measured.reasons) AddOnce(reason, pooled.reasons);
    for (const std::string& label : measured.labels) AddOnce(label, pooled.labels);
    figures.push_back({.figures = &measured.figures, .weight = WeightOf(*run)});
  }
  pooled.figures = PoolFigures(figures);
  pooled.slices = PoolSlices(runs);
  return pooled;
}

PooledPoint PoolPoint(const std::vector<const SweepPoint*>& all) {
  PooledPoint pooled{.key = all.front()->key, .state = all.back()->state};
  std::vector<const SweepPoint*> runs, invalid;
  for (const SweepPoint* point : all) {
    if (point->state != PointState::kDone) {
      if (!point->reason.empty()) pooled.reason = point->reason;
      continue;
    }
    const bool is_invalid = point->measured.verdict == VerdictState::kInvalid;
    (is_invalid ? invalid : runs).push_back(point);
  }
  // Figures of an invalid run can't be trusted: they are shown where there are no others.
  if (runs.empty()) std::swap(runs, invalid);
  for (const SweepPoint* run : invalid) pooled.left_out.push_back(run->run_id);
  if (runs.empty()) return pooled;
  pooled.state = PointState::kDone;
  for (const SweepPoint* run : runs) pooled.runs.push_back(run->run_id);
  pooled.measured = PoolRuns(runs);
  pooled.scale = ScaleOfOutput(runs);
  return pooled;
}

// Where a point stands among the others.
auto PlaceOf(const Sweep& sweep, const PointKey& key) {
  const auto index = [](const auto& all, const std::string& name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const auto& each) { return each.name == name; }) -
           all.begin();
  };
  return std::tuple(index(sweep.targets, key.target), index(sweep.datasets, key.dataset), key.tier,
                    key.temperature, key.load);
}

}  // namespace

const Measured* FindMeasured(const MeasuredFigures& figures, std::string_view figure,
                             std::string_view statistic) {
  const MeasuredFigure* const found = FindMeasured(figures, figure);
  if (found == nullptr) return nullptr;
  const MeasuredStatistic* const of = found->Find(statistic);
  return of == nullptr ? nullptr : &of->measured;
}

const Measured* PooledPoint::Find(std::string_view figure, std::string_view statistic) const {
  return FindMeasured(measured.figures, figure, statistic);
}

const Measured* PooledPoint::FindIn(Dimension by, std::string_view slice, std::string_view figure,
                                    std::string_view statistic) const {
  for (const MeasuredSlice& each : measured.slices) {
    if (each.by == by && each.key == slice) return FindMeasured(each.figures, figure, statistic);
  }
  return nullptr;
}

std::vector<PooledPoint> PoolPoints(const Sweep& sweep) {
  std::map<decltype(PlaceOf(sweep, PointKey())), std::vector<const SweepPoint*>> places;
  for (const SweepPoint& point : sweep.points) places[PlaceOf(sweep, point.key)].push_back(&point);
  std::vector<PooledPoint> pooled;
  for (const auto& [place, runs] : places) {
    pooled.push_back(PoolPoint(runs));
    const SweepDataset* const dataset = sweep.FindDataset(pooled.back().key.dataset);
    if (dataset != nullptr && dataset->synthetic_text) {
      AddOnce(std::string(kSyntheticTextLabel), pooled.back().measured.labels);
    }
  }
  return pooled;
}

void AddRuns(const std::vector<std::string>& more, std::vector<std::string>& runs) {
  for (const std::string& run : more) {
    if (std::find(runs.begin(), runs.end(), run) == runs.end()) runs.push_back(run);
  }
}

}  // namespace specctl
