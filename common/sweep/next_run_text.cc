#include "common/sweep/next_run_text.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/sweep/sweep_page.h"

namespace specctl {
namespace {

std::string PlaceOf(const Sweep& sweep, const NextRun& run) {
  const auto over = [](const auto& each) { return each.state != PointState::kPlanned; };
  const auto done = std::count_if(sweep.points.begin(), sweep.points.end(), over) +
                    std::count_if(sweep.pairs.begin(), sweep.pairs.end(), over);
  return absl::StrFormat("[%d/%d]%s", done + 1, sweep.points.size() + sweep.pairs.size(),
                         run.kind == NextRun::Kind::kPair ? " pair" : "");
}

std::string NameOf(const Sweep& sweep, const NextRun& run) {
  if (run.kind == NextRun::Kind::kPair) {
    const SweepPair& pair = sweep.pairs[run.index];
    return absl::StrFormat("%s and %s", pair.baseline, PointText(pair.key));
  }
  const SweepPoint& point = sweep.points[run.index];
  std::string text = PointText(point.key);
  if (point.role == PointRole::kAnchor) text += ", again as the anchor";
  if (point.role == PointRole::kRepeat) text += ", again for a narrower interval";
  return text;
}

}  // namespace

std::string NextRunText(const Sweep& sweep, const NextRun& run) {
  return PlaceOf(sweep, run) + " " + NameOf(sweep, run);
}

std::string RunOutcomeText(const Sweep& sweep, const NextRun& run) {
  if (run.kind == NextRun::Kind::kPair) {
    const SweepPair& pair = sweep.pairs[run.index];
    return pair.state == PointState::kFailed ? "failed: " + pair.reason : "";
  }
  const SweepPoint& point = sweep.points[run.index];
  if (point.state == PointState::kFailed) return "failed: " + point.reason;
  return point.state == PointState::kDone ? PointSummary(point) : "";
}

}  // namespace specctl
