#include "controller/sweep/point_state.h"

#include <utility>

namespace specctl::controller {
namespace {

// What its first run says of a target's servers.
void LearnTarget(const PointSetup& setup, SweepTarget& target) {
  if (!target.model.empty()) return;
  target.model = setup.model;
  target.engine = setup.engine;
  target.speculation_method = setup.speculation_method;
  target.drafter = setup.drafter;
  target.draft_length = setup.draft_length;
}

}  // namespace

void PlanAgain(SweepPoint& point) {
  point.state = PointState::kPlanned;
  point.reason.clear();
  point.run_id.clear();
  point.folder.clear();
  point.begun_unix_ns.reset();
  point.took_s.reset();
}

void TakeMeasured(MeasuredFolder measured, Sweep& sweep, SweepPoint& point) {
  point.state = PointState::kDone;
  point.reason.clear();
  point.fold = measured.key;
  point.measured = std::move(measured.measured);
  for (SweepTarget& target : sweep.targets) {
    if (target.name == point.key.target) LearnTarget(point.measured.setup, target);
  }
}

}  // namespace specctl::controller
