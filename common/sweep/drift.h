// Whether the servers stayed the same while a sweep went on, by the anchors that it measured again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/planning/sweep.h"

namespace specctl {

// Two runs at one point that differ beyond noise.
struct Drift {
  std::string target;
  PointKey key;
  std::string_view figure;       // "output_tps" or "user_tps" (p50)
  double before = 0, after = 0;  // the values, in the order in which they were measured
  std::string run_before, run_after;
  double p = 1;  // of no difference, over all pairs of the point's runs (Bonferroni)
};

// Differences below it are of no interest, however certain.
inline constexpr double kDriftMin = 0.01;
inline constexpr double kDriftP = 0.01;

// For each target and figure the pair of anchors (the anchor's grid point is one of them) that
// differ most surely, where p < kDriftP and they differ by kDriftMin of the first at least.
std::vector<Drift> FindDrift(const Sweep& sweep);

// Puts the label `drift` on all points that are done of the targets that drifted, and takes it from
// the others.
void LabelDrift(Sweep& sweep);

// "off drifted: output_tps 410 (run a), then 371 (run b)".
std::string DriftText(const Drift& drift);

}  // namespace specctl
