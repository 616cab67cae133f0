// Sweeps with known figures, put together by hand.
//
//   HandMadeSweep made;
//   made.AddTarget({.name = "off"});
//   made.AddDataset("throughput_1k", 1000);
//   made.AddPoint("off", 16).Set("output_tps", "value", 400, 4).Set("user_tps", "p50", 25, 1);
//   PoolPoints(made.sweep());
#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/figures/statistic.h"
#include "common/planning/measured_json.h"
#include "common/planning/sweep.h"

namespace specctl::testing {

inline Measured MeasuredAs(double value, double error) {
  return {.value = value,
          .spread = Spread{.below = error, .above = error, .degrees = 1e7, .bound = 0}};
}

inline void SetFigure(std::string_view figure, std::string_view statistic, const Measured& measured,
                      MeasuredFigures& figures) {
  const FigureName* const name = FindAnyFigure(figure);
  if (name == nullptr) throw std::invalid_argument(std::string(figure));
  const std::string_view key =
      statistic == "value" ? std::string_view("value") : FindStatistic(statistic)->key;
  for (MeasuredFigure& each : figures) {
    if (each.figure == name) {
      each.statistics.push_back({.key = key, .measured = measured});
      return;
    }
  }
  figures.push_back({.figure = name, .statistics = {{.key = key, .measured = measured}}});
}

class HandMadePoint {
 public:
  explicit HandMadePoint(SweepPoint& point) : point_(point) {}

  // `error`: the standard error to both sides; below 0: nothing is known of it.
  HandMadePoint& Set(std::string_view figure, std::string_view statistic, double value,
                     double error) {
    const Measured measured =
        error < 0 ? Measured{.value = value, .spread = std::nullopt} : MeasuredAs(value, error);
    SetFigure(figure, statistic, measured, point_.measured.figures);
    return *this;
  }
  HandMadePoint& SetIn(Dimension by, const std::string& key, std::string_view figure,
                       std::string_view statistic, double value, double error) {
    for (MeasuredSlice& slice : point_.measured.slices) {
      if (slice.by != by || slice.key != key) continue;
      SetFigure(figure, statistic, MeasuredAs(value, error), slice.figures);
      return *this;
    }
    point_.measured.slices.push_back({.by = by, .key = key, .figures = {}});
    return SetIn(by, key, figure, statistic, value, error);
  }
  HandMadePoint& Label(const std::string& label) {
    point_.measured.labels.push_back(label);
    return *this;
  }
  SweepPoint* operator->() { return &point_; }

 private:
  SweepPoint& point_;
};

class HandMadeSweep {
 public:
  HandMadeSweep() {
    sweep_.id = "20261130-120000-sweep";
    sweep_.specctl_version = "0.4.0";
    sweep_.begun_unix_ns = 1'796'040'000'000'000'000;
  }

  void AddTarget(SweepTarget target) {
    if (target.model.empty()) target.model = "llama";
    if (target.engine.empty()) target.engine = "vllm 0.32.0";
    if (target.urls.empty()) target.urls = {"http://" + target.name + ":8000"};
    sweep_.targets.push_back(std::move(target));
  }
  void AddDataset(const std::string& name, std::optional<uint32_t> isl_tokens,
                  bool synthetic_text = false) {
    sweep_.datasets.push_back(
        {.name = name, .isl_tokens = isl_tokens, .synthetic_text = synthetic_text});
  }
  // Of the first dataset, unless told.
  HandMadePoint AddPoint(const std::string& target, double bs, const std::string& dataset = "") {
    return AddPointAt({.target = target,
                       .load = {.kind = LoadKind::kConcurrency, .level = bs},
                       .dataset = dataset.empty() ? sweep_.datasets.front().name : dataset});
  }
  HandMadePoint AddPointAt(const PointKey& key) {
    const SweepTarget& target = *sweep_.FindTarget(key.target);
    SweepPoint point{
        .key = key, .state = PointState::kDone, .run_id = absl::StrFormat("run-%d", ++runs_)};
    point.folder = "runs/" + point.run_id;
    point.measured.hold_s = 30;
    point.measured.setup = {.model = target.model,
                            .engine = target.engine,
                            .speculation_method = target.speculation_method,
                            .draft_length = target.draft_length,
                            .drafter = target.drafter,
                            .dataset = key.dataset,
                            .dataset_sha256 = "sha-of-" + key.dataset,
                            .dataset_rows = 1536};
    // Points stay where they are: their makers point to them.
    points_.push_back(std::move(point));
    return HandMadePoint(points_.back());
  }

  Sweep& sweep() {
    sweep_.points.assign(points_.begin(), points_.end());
    return sweep_;
  }

 private:
  Sweep sweep_;
  std::deque<SweepPoint> points_;
  int runs_ = 0;
};

}  // namespace specctl::testing
