// What speculation gains: each target against the baseline, at each load and place.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/curve.h"

namespace specctl {

// Speed is what one request gets, as Eq. 3 of SPEED-Bench has it: the mean User TPS.
inline constexpr std::string_view kSpeedFigure = "user_tps", kSpeedStatistic = "mean";

enum class Pays : uint8_t { kYes, kNo, kUnclear };  // unclear: its 95 % interval has 1 in it
std::string_view PaysName(Pays pays);               // "yes", "no", "unclear"

struct SpeedupCell {
  const PooledPoint *target = nullptr, *baseline = nullptr;
  std::optional<Measured> speedup;     // of User TPS
  std::optional<Measured> output_tps;  // the same of Output TPS
  Pays pays = Pays::kUnclear;
  bool conflict = false;  // one of the two is called higher and the other lower
  bool paired = false;    // `speedup` is over the same conversations in one run
  std::vector<std::string> runs;
  std::string why_none;  // without a speedup

  const LoadLevel& load() const { return target->key.load; }
};

// Between two neighbouring loads the speedup passes 1.
struct Crossing {
  LoadLevel below, above;
  bool pays_above = false;      // it begins to pay, else it stops
  std::optional<double> level;  // by a line through the two; absent across a cliff
  // The loads around it at which the 95 % interval leaves 1 out, to either side; absent: none.
  std::optional<LoadLevel> sure_below, sure_above;
};

struct SpeedupCurve {
  CurveKey key;                    // of the target
  std::vector<SpeedupCell> cells;  // by load; those of points that both have
  std::vector<Crossing> crossings;
};

// b / a of two points' figures; nullopt where one lacks it, or is not above 0.
std::optional<Measured> RatioOfPoints(const PooledPoint& a, const PooledPoint& b,
                                      std::string_view figure, std::string_view statistic);

// Every other target's curves against the baseline's.  `pairs`: measured in pairs goes before.
std::vector<SpeedupCurve> SpeedupsOver(const std::string& baseline, std::span<const Curve> curves,
                                       std::span<const SweepPair> pairs);

}  // namespace specctl
