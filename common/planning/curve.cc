#include "common/planning/curve.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

CurveKey KeyOf(const PointKey& key) {
  return {.target = key.target,
          .dataset = key.dataset,
          .tier = key.tier,
          .temperature = key.temperature,
          .kind = key.load.kind};
}

std::string BehindColon(const std::string& reason) {
  return reason.empty() ? std::string() : ": " + reason;
}

}  // namespace

std::string PlaceText(const CurveKey& key) {
  std::string text = key.dataset;
  if (!key.tier.empty()) text += " " + key.tier;
  if (key.temperature) text += ", temperature " + FormatDouble(*key.temperature);
  if (key.kind == LoadKind::kRate) text += ", by rate";
  return text;
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
    const CurveKey key = KeyOf(point.key);
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
