// The picture of a sweep, as SPEED-Bench's paper draws it: what a user gets against what a GPU
// gives, a curve for each target, a point for each load.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/planning/sweep.h"

namespace specctl {

// A value with its two-sided 95 % interval, where that is known.
struct PictureValue {
  double value = 0;
  std::optional<double> low, high;
};

struct PicturePoint {
  std::string label;  // of its load: "16", "12.5/s"
  PictureValue x, y;
  bool usable = true;     // neither invalid nor unstable
  bool on_front = false;  // no other usable point is better in both
};

struct PictureCurve {
  std::string name;                  // the target's
  std::vector<PicturePoint> points;  // by load, upwards
};

// Of one dataset (and tier, temperature): others are other curves.
struct Picture {
  std::string title, x_title, y_title;
  std::vector<PictureCurve> curves;  // those with a point
};

// By the grid's order; places without a point have none.  y is output TPS per GPU where the GPUs of
// all targets are known, else output TPS.
std::vector<Picture> PicturesOf(const Sweep& sweep);

// Sets `on_front` of each point: x and y both count, more is better.  Points that are not usable
// are not on it and keep none off it.
void MarkFront(std::vector<PictureCurve>& curves);

// How far the axes must reach: to the largest value and the ends of intervals, but no farther than
// 1.25 times the value: one wide interval would leave the points no room.  Bars end where axes do.
struct PictureReach {
  double x = 0, y = 0;
};
PictureReach ReachOf(const Picture& picture);

// Ends of round steps that reach from 0 to `most`: 0, 50, 100, ...; at least two, for most > 0.
std::vector<double> RoundTicks(double most, size_t steps_max);

}  // namespace specctl
