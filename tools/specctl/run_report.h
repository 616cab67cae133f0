// What is printed of a run that has been measured, and how the command then ends.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/analysis/results.h"
#include "common/journal/event.h"
#include "tools/specctl/results_output.h"

namespace specctl::cli {

struct MeasuredRun {
  std::string_view who;  // the command, for errors
  std::string run_dir;   // has its journal
  RunEnd end = RunEnd::kCompleted;
  bool strict = false;
  // Says before the page what the journal does not know; empty: nothing.
  std::function<void(const Results&)> tell_more;
};

// Writes the artifacts beside the journal and prints the page.  Returns the exit status.
int ReportRun(const MeasuredRun& report, const ResultsFormat& format);

}  // namespace specctl::cli
