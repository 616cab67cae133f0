// Curve: the points of a sweep that differ in load alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/pooled_points.h"

namespace specctl {

struct CurveKey {
  std::string target, dataset, tier;  // tier: empty where the grid has none
  std::optional<double> temperature;
  LoadKind kind = LoadKind::kConcurrency;

  bool operator==(const CurveKey&) const = default;
};
CurveKey CurveKeyOf(const PointKey& key);
std::string CurveText(const CurveKey& key);  // "dl3, throughput_1k mixed, temperature 1"
std::string PlaceText(const CurveKey& key);  // the same without the target

struct Curve {
  CurveKey key;
  std::vector<const PooledPoint*> points;  // by load, upwards

  const PooledPoint* At(const LoadLevel& load) const;  // nullptr: not there
  // Whether a cliff begins at a load in [low, high): a line across it means nothing.
  bool HasCliffIn(double low, double high) const;
};

// In the order of `points`, which must outlive them and be in that of PoolPoints().
std::vector<Curve> CurvesOf(std::span<const PooledPoint> points);

// The curve of another target at the same place; nullptr: there is none.
const Curve* FindCurve(std::span<const Curve> curves, const CurveKey& place,
                       const std::string& target);

// Whether a point's figures may be used: done, not invalid, and not unstable.
bool IsUsable(const PooledPoint& point);
// Why not, in words behind the point's name: "was skipped: ..."; empty where it is.
std::string WhyUnusable(const PooledPoint& point);
// Whether no fit may go to it or from it.
bool HasCliff(const PooledPoint& point);
// Whether its prompts are language: from random tokens nothing is concluded on speculation.
bool IsLanguage(const PooledPoint& point);

}  // namespace specctl
