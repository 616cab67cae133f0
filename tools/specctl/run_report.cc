#include "tools/specctl/run_report.h"

#include <iostream>

#include "common/report/artifacts.h"
#include "common/report/page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {

int ReportRun(const MeasuredRun& report, const ResultsFormat& format) {
  const std::string& run_dir = report.run_dir;
  const auto results = WriteArtifacts(run_dir, run_dir);
  if (!results.ok()) {
    Complain(report.who, results.status(), kFailed);
    Say("the measurements are in " + run_dir + "/journal.pb; to rebuild the rest: specctl report " +
        run_dir + " --output-dir ELSEWHERE");
    return kFailed;
  }
  if (report.tell_more) report.tell_more(*results);
  const PageOptions page{.run_dir = run_dir, .columns = PageColumns(), .statistics = {}};
  const absl::Status printed = PrintResults(*results, format, page, WantsColour(), std::cout);
  if (!printed.ok()) {
    Complain(report.who, printed, kFailed);
    Say("the run's artifacts are in " + run_dir);
  }
  // Before the verdict: a script should see that the run was cut short, whatever it found.
  if (report.end == RunEnd::kInterrupted) return kInterrupted;
  if (report.end != RunEnd::kCompleted || !printed.ok()) return kFailed;
  const bool invalid = results->verdict.state == VerdictState::kInvalid;
  return invalid && report.strict ? kInvalidVerdict : kDone;
}

}  // namespace specctl::cli
