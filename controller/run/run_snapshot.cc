#include "controller/run/run_snapshot.h"

#include <algorithm>

#include "common/base/duration.h"

namespace specctl::controller {

RunSnapshot SnapshotOf(const RunSpec& spec, const RunFold& fold, const PrecisionWatch& precision) {
  RunSnapshot snapshot{
      .run_id = spec.run_id, .figures = fold.Live(), .precision = precision.text()};
  if (const auto expected_s = precision.expected_s()) {
    snapshot.precise_in_s = std::max(*expected_s - fold.HoldSeconds(), 0.0);
  }
  if (spec.load.duration) {
    const Nanos whole = spec.load.ramp + spec.load.warmup + *spec.load.duration;
    snapshot.duration_left_s = Seconds(whole) - snapshot.figures.elapsed_s;
  }
  return snapshot;
}

bool LookIfDue(const RunFold& fold, PrecisionWatch& precision) {
  const double hold_s = fold.HoldSeconds();
  if (!precision.IsDue(hold_s)) return false;
  const std::optional<FigureSet> figures = fold.HoldSoFar();
  precision.OnLook(hold_s, figures ? &*figures : nullptr);
  return true;
}

}  // namespace specctl::controller
