#include "common/sweep/picture.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/planning/curve.h"
#include "common/planning/per_gpu.h"
#include "common/planning/pooled_points.h"
#include "common/sweep/point_order.h"

namespace specctl {
namespace {

PictureValue ValueOf(const Measured& measured) {
  return {.value = measured.value, .low = measured.Low(kZ975), .high = measured.High(kZ975)};
}

std::string LabelOf(const LoadLevel& load) {
  return FormatDouble(load.level) + (load.kind == LoadKind::kRate ? "/s" : "");
}

// Points without either figure have no place in the picture.
PictureCurve CurveOf(const Sweep& sweep, const std::vector<PooledPoint>& pooled,
                     const std::string& target, const CurvePlace& place, bool per_gpu) {
  PictureCurve curve{.name = target, .points = {}};
  for (const PooledPoint& point : pooled) {
    if (!point.done() || point.key.target != target || point.key.place() != place) continue;
    const Measured* const x = point.Find("user_tps", "p50");
    const Measured* const tps = point.Find("output_tps", "value");
    const std::optional<Measured> y = per_gpu          ? OutputPerGpu(sweep, point)
                                      : tps == nullptr ? std::nullopt
                                                       : std::optional(*tps);
    if (x == nullptr || !y) continue;
    curve.points.push_back({.label = LabelOf(point.key.load),
                            .x = ValueOf(*x),
                            .y = ValueOf(*y),
                            .usable = IsUsable(point)});
  }
  return curve;
}

bool IsBetter(const PicturePoint& a, const PicturePoint& b) {
  const bool no_worse = a.x.value >= b.x.value && a.y.value >= b.y.value;
  return no_worse && (a.x.value > b.x.value || a.y.value > b.y.value);
}

}  // namespace

std::vector<Picture> PicturesOf(const Sweep& sweep) {
  const std::vector<PooledPoint> pooled = PoolPoints(sweep);
  const bool per_gpu =
      std::all_of(sweep.targets.begin(), sweep.targets.end(),
                  [](const SweepTarget& target) { return target.gpus.has_value(); });
  std::vector<Picture> pictures;
  for (const CurvePlace& place : PlacesOf(sweep)) {
    Picture picture{.title = PlaceText(place),
                    .x_title = "User TPS (p50), tokens/s",
                    .y_title = per_gpu ? "Output TPS per GPU" : "Output TPS",
                    .curves = {}};
    for (const SweepTarget& target : sweep.targets) {
      PictureCurve curve = CurveOf(sweep, pooled, target.name, place, per_gpu);
      if (!curve.points.empty()) picture.curves.push_back(std::move(curve));
    }
    if (picture.curves.empty()) continue;
    MarkFront(picture.curves);
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

void MarkFront(std::vector<PictureCurve>& curves) {
  std::vector<PicturePoint*> points;
  for (PictureCurve& curve : curves) {
    for (PicturePoint& point : curve.points) points.push_back(&point);
  }
  for (PicturePoint* point : points) {
    point->on_front =
        point->usable && std::none_of(points.begin(), points.end(), [&](const PicturePoint* other) {
          return other->usable && IsBetter(*other, *point);
        });
  }
}

PictureReach ReachOf(const Picture& picture) {
  constexpr double kBeyondValues = 1.25;
  PictureReach values, ends;
  for (const PictureCurve& curve : picture.curves) {
    for (const PicturePoint& point : curve.points) {
      values.x = std::max(values.x, point.x.value);
      values.y = std::max(values.y, point.y.value);
      ends.x = std::max(ends.x, point.x.high.value_or(0));
      ends.y = std::max(ends.y, point.y.high.value_or(0));
    }
  }
  return {.x = std::max(values.x, std::min(ends.x, kBeyondValues * values.x)),
          .y = std::max(values.y, std::min(ends.y, kBeyondValues * values.y))};
}

std::vector<double> RoundTicks(double most, size_t steps_max) {
  if (!(most > 0)) most = 1;
  const double least = most / static_cast<double>(std::max<size_t>(steps_max, 1));
  const double exponent = std::floor(std::log10(least));
  const double power = std::pow(10, exponent);
  double round = 10;
  for (const double each : {1.0, 2.0, 5.0}) {
    if (each * power < least * (1 - 1e-9)) continue;
    round = each;
    break;
  }
  std::vector<double> ticks;
  // Counted, not added up: no error grows.
  for (size_t i = 0; ticks.size() < 2 || ticks.back() < most * (1 - 1e-9); ++i) {
    // Powers of ten below 1 are no doubles: 3 * 0.2 is not 0.6, but 6 / 10 is.
    const double count = static_cast<double>(i) * round;
    ticks.push_back(exponent < 0 ? count / std::pow(10, -exponent) : count * power);
  }
  return ticks;
}

}  // namespace specctl
