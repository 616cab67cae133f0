// SweepSchedule: what a sweep measures next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/planning/sweep.h"
#include "common/sweep/found_loads.h"

namespace specctl {

struct ScheduleOptions {
  std::optional<FindLoads> find;   // --bs auto
  uint64_t seed = 0;               // of the order
  bool anchors = true;             // --no-anchors: false
  std::optional<double> budget_s;  // --budget
  bool paired = false;             // --paired: of exactly two targets
};

// Plans the points of a sweep that has none yet, as far as they are known beforehand: the grid's,
// in order, and its pairs.
void PlanSweep(const ScheduleOptions& options, Sweep& sweep);

struct NextRun {
  enum class Kind { kNone, kPoint, kPair };
  Kind kind = Kind::kNone;  // kNone: the sweep is over
  size_t index = 0;         // in `points` or `pairs`
};

// Judges what was measured (labels, ends of curves, what is left of the budget), adds points where
// loads are to be found or time is left, and returns what is to be measured next.  A function of
// the sweep and the options alone: a sweep that was resumed goes on as one that never stopped.
NextRun AdvanceSweep(const ScheduleOptions& options, Sweep& sweep);

// The seed of a run of the sweep: repeats of a point send the prompts in another order, all other
// runs in the same.
uint64_t SeedOfPoint(const Sweep& sweep, size_t point, uint64_t seed);

}  // namespace specctl
