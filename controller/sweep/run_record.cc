#include "controller/sweep/run_record.h"

#include <utility>

#include "common/compare/run_sample.h"
#include "common/sweep/pair_ratios.h"

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

template <class Of>
RunRecord RecordIn(Of& of) {
  return {.state = of.state,
          .reason = of.reason,
          .run_id = of.run_id,
          .folder = of.folder,
          .begun_unix_ns = of.begun_unix_ns,
          .took_s = of.took_s};
}

}  // namespace

RunRecord RecordOf(SweepPoint& point) { return RecordIn(point); }
RunRecord RecordOf(SweepPair& pair) { return RecordIn(pair); }
RunRecord RecordOf(const NextRun& run, Sweep& sweep) {
  if (run.kind == NextRun::Kind::kPair) return RecordOf(sweep.pairs[run.index]);
  return RecordOf(sweep.points[run.index]);
}

void PlanAgain(RunRecord record) {
  record.state = PointState::kPlanned;
  record.reason.clear();
  record.run_id.clear();
  record.folder.clear();
  record.begun_unix_ns.reset();
}

void Fail(const std::string& reason, RunRecord record) {
  record.state = PointState::kFailed;
  record.reason = reason;
}

void TakeMeasured(MeasuredFolder measured, Sweep& sweep, SweepPoint& point) {
  point.state = PointState::kDone;
  point.reason.clear();
  point.fold = measured.fold;
  point.measured = std::move(measured.measured);
  for (SweepTarget& target : sweep.targets) {
    if (target.name == point.key.target) LearnTarget(point.measured.setup, target);
  }
}

void TakePair(const std::string& run_dir, SweepPair& pair) {
  const auto sample = ReadRunSample(run_dir);
  if (!sample.ok()) return Fail(std::string(sample.status().message()), RecordOf(pair));
  auto ratios = PairRatios(*sample);
  if (!ratios.ok()) return Fail(std::string(ratios.status().message()), RecordOf(pair));
  pair.state = PointState::kDone;
  pair.reason.clear();
  pair.ratios = *std::move(ratios);
}

}  // namespace specctl::controller
