#include "common/sweep/drift.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <absl/strings/str_format.h>

#include "common/planning/pooled_points.h"
#include "common/sweep/sweep_labels.h"

namespace specctl {
namespace {

// The statistic of each figure that is looked at.
constexpr std::pair<std::string_view, std::string_view> kDriftFigures[] = {{"output_tps", "value"},
                                                                           {"user_tps", "p50"}};

// The runs of a target at its anchor, in the order of the sweep; empty: it has no anchor.
std::vector<const SweepPoint*> AnchorsOf(const Sweep& sweep, const std::string& target) {
  const auto anchor =
      std::find_if(sweep.points.begin(), sweep.points.end(), [&](const SweepPoint& point) {
        return point.role == PointRole::kAnchor && point.key.target == target;
      });
  std::vector<const SweepPoint*> anchors;
  if (anchor == sweep.points.end()) return anchors;
  for (const SweepPoint& point : sweep.points) {
    const bool counts = point.state == PointState::kDone && point.role != PointRole::kRepeat &&
                        point.measured.verdict != VerdictState::kInvalid;
    if (counts && point.key == anchor->key) anchors.push_back(&point);
  }
  return anchors;
}

std::optional<Drift> DriftOf(const std::vector<const SweepPoint*>& anchors, std::string_view figure,
                             std::string_view statistic) {
  std::optional<Drift> surest;
  double pairs = 0;
  for (size_t later = 1; later < anchors.size(); ++later) {
    for (size_t earlier = 0; earlier < later; ++earlier) {
      const Measured* const a = FindMeasured(anchors[earlier]->measured.figures, figure, statistic);
      const Measured* const b = FindMeasured(anchors[later]->measured.figures, figure, statistic);
      if (a == nullptr || b == nullptr || !a->spread || !b->spread) continue;
      ++pairs;
      if (std::abs(b->value - a->value) < kDriftMin * std::abs(a->value)) continue;
      const double p = PValueOfZero(DifferenceOf(*a, *b));
      if (surest && p >= surest->p) continue;
      surest = Drift{.target = anchors[earlier]->key.target,
                     .key = anchors[earlier]->key,
                     .figure = figure,
                     .before = a->value,
                     .after = b->value,
                     .run_before = anchors[earlier]->run_id,
                     .run_after = anchors[later]->run_id,
                     .p = p};
    }
  }
  if (!surest) return std::nullopt;
  surest->p = std::min(1.0, surest->p * pairs);
  return surest->p < kDriftP ? surest : std::nullopt;
}

}  // namespace

std::vector<Drift> FindDrift(const Sweep& sweep) {
  std::vector<Drift> found;
  for (const SweepTarget& target : sweep.targets) {
    const auto anchors = AnchorsOf(sweep, target.name);
    for (const auto& [figure, statistic] : kDriftFigures) {
      if (auto drift = DriftOf(anchors, figure, statistic)) found.push_back(*std::move(drift));
    }
  }
  return found;
}

void LabelDrift(Sweep& sweep) {
  const std::vector<Drift> found = FindDrift(sweep);
  for (SweepPoint& point : sweep.points) {
    if (point.state != PointState::kDone) continue;
    const bool drifted = std::any_of(found.begin(), found.end(), [&](const Drift& drift) {
      return drift.target == point.key.target;
    });
    if (drifted) {
      AddLabel(kDriftLabel, point.measured);
    } else {
      RemoveLabel(kDriftLabel, point.measured);
    }
  }
}

std::string DriftText(const Drift& drift) {
  return absl::StrFormat("%s drifted: %s %.4g (run %s), then %.4g (run %s), at %s", drift.target,
                         drift.figure == "user_tps" ? "user TPS p50" : "output TPS", drift.before,
                         drift.run_before, drift.after, drift.run_after, LoadText(drift.key.load));
}

}  // namespace specctl
