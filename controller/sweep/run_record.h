// What becomes of a run of a sweep, be it of a point or of a pair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/planning/measured_folder.h"
#include "common/planning/sweep.h"
#include "common/sweep/sweep_schedule.h"

namespace specctl::controller {

// Its part of the point or the pair, which must outlive it.
struct RunRecord {
  PointState& state;
  std::string &reason, &run_id, &folder;
  std::optional<int64_t>& begun_unix_ns;
  std::optional<double>& took_s;
};
RunRecord RecordOf(SweepPoint& point);
RunRecord RecordOf(SweepPair& pair);
RunRecord RecordOf(const NextRun& run, Sweep& sweep);

// As if it had never been begun, but for the time that it took: it is spent.
void PlanAgain(RunRecord record);
void Fail(const std::string& reason, RunRecord record);

// The point is done, with these figures.  Of the first run of a target the sweep learns what serves
// it.
void TakeMeasured(MeasuredFolder measured, Sweep& sweep, SweepPoint& point);

// The pair is done, with the ratios of the run in `run_dir`; failed where there are none.
void TakePair(const std::string& run_dir, SweepPair& pair);

}  // namespace specctl::controller
