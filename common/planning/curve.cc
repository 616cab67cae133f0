#include "common/planning/curve.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

std::string BehindColon(const std::string& reason) {
  return reason.empty() ? std::string() : ": " + reason;
}

}  // namespace

CurveKey CurveKeyOf(const PointKey& key) {
  return {.target = key.target,
          .dataset = key.dataset,
          .tier = key.tier,
          .temperature = key.temperature,
          .kind = key.load.kind};
}

std::string PlaceText(const CurveKey& key) {
  const std::string place = PlaceText(CurvePlace{key.dataset, key.tier, key.temperature});
  return key.kind == LoadKind::kRate ? place + ", by rate" : place;
}

std::string CurveText(const CurveKey& key) { return key.target + ", " + PlaceText(key); }

const PooledPoint* Curve::At(const LoadLevel& load) const {
  const auto found = std::find_if(points.begin(), points.end(), [&](const PooledPoint* point) {
    return point->key.load == load;
  });
  return found == points.end() ? nullptr : *found;
}

bool Curve::HasCliffIn(double low, double high) const {
  return std::any_of(points.begin(), points.end(), [&](const PooledPoint* point) {
    const double level = point->key.load.level;
    return level >= low && level < high && HasCliff(*point);
  });
}

std::vector<Curve> CurvesOf(std::span<const PooledPoint> points) {
  std::vector<Curve> curves;
  for (const PooledPoint& point : points) {
    const CurveKey key = CurveKeyOf(point.key);
    // The points of a curve stand together.
    if (curves.empty() || curves.back().key != key) curves.push_back({.key = key, .points = {}});
    curves.back().points.push_back(&point);
  }
  return curves;
}

const Curve* FindCurve(std::span<const Curve> curves, const CurveKey& place,
                       const std::string& target) {
  CurveKey wanted = place;
  wanted.target = target;
  const auto found = std::find_if(curves.begin(), curves.end(),
                                  [&](const Curve& curve) { return curve.key == wanted; });
  return found == curves.end() ? nullptr : &*found;
}

bool IsUsable(const PooledPoint& point) { return WhyUnusable(point).empty(); }

std::string WhyUnusable(const PooledPoint& point) {
  switch (point.state) {
    case PointState::kPlanned:
      return "was not measured yet";
    case PointState::kSkipped:
      return "was skipped" + BehindColon(point.reason);
    case PointState::kFailed:
      return "failed" + BehindColon(point.reason);
    case PointState::kDone:
      break;
  }
  const PointMeasurement& measured = point.measured;
  if (measured.verdict == VerdictState::kInvalid) {
    return "is invalid" +
           BehindColon(measured.reasons.empty() ? std::string() : measured.reasons.front());
  }
  // Its queue grew while it was measured: nothing about it is a state that could last.
  return measured.HasLabel(kUnstableLabel) ? "is unstable" : "";
}

bool HasCliff(const PooledPoint& point) { return point.measured.HasLabel(kCliffLabel); }

bool IsLanguage(const PooledPoint& point) { return !point.measured.HasLabel(kSyntheticTextLabel); }

}  // namespace specctl
