// What is printed of a sweep at its end, and how the command then ends.
#pragma once

#include <string>
#include <string_view>

#include "common/planning/sweep.h"
#include "controller/sweep/sweep_runner.h"

namespace specctl::cli {

struct SweepReport {
  std::string_view who;  // the command, for errors
  std::string folder;    // of the sweep
  std::string format = "text";
};

// Prints what was measured, also where not all of it was.  Returns the exit status.
int ReportSweep(const SweepReport& report, const Sweep& sweep, controller::SweepEnd end);

}  // namespace specctl::cli
