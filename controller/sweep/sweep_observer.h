// Who looks on while a sweep goes on.
#pragma once

#include <string>
#include <string_view>

#include "common/planning/sweep.h"
#include "common/sweep/sweep_schedule.h"
#include "controller/run/run_observer.h"

namespace specctl::controller {

// Called on the sweep's thread; the sweep is valid during the call alone.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;

  // A run is about to begin, after its cool-down.
  virtual void OnRunBegin(const Sweep& sweep, const NextRun& run) = 0;
  // It is over: done, failed, or (the sweep was interrupted) planned again.
  virtual void OnRunEnd(const Sweep& sweep, const NextRun& run) = 0;
  // What the user should know; a sentence.
  virtual void OnNote(std::string_view note) = 0;
  // Who watches the run that is about to be measured into this folder, relative to the sweep's.
  virtual RunObserver& run_observer(const std::string& folder) = 0;
};

}  // namespace specctl::controller
