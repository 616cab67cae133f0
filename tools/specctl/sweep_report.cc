#include "tools/specctl/sweep_report.h"

#include <algorithm>
#include <iostream>

#include "common/planning/pareto_csv.h"
#include "common/planning/sweep_json.h"
#include "common/sweep/sweep_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

absl::Status Print(const SweepReport& report, const Sweep& sweep) {
  if (report.format == "json") return PrintJson(SweepJson(sweep), std::cout);
  if (report.format == "csv") return PrintPage(ParetoCsv(sweep), std::cout);
  return PrintPage(SweepPage(sweep, {.folder = report.folder, .columns = PageColumns()}),
                   std::cout);
}

}  // namespace

int ReportSweep(const SweepReport& report, const Sweep& sweep, controller::SweepEnd end) {
  const absl::Status printed = Print(report, sweep);
  if (!printed.ok()) return Complain(report.who, printed, kFailed);
  if (end == controller::SweepEnd::kInterrupted) {
    Say("interrupted; to go on: specctl sweep --resume " + report.folder);
    return kInterrupted;
  }
  const bool any_done =
      std::any_of(sweep.points.begin(), sweep.points.end(),
                  [](const SweepPoint& point) { return point.state == PointState::kDone; });
  const auto failed = [](const auto& run) { return run.state == PointState::kFailed; };
  const bool any_failed = std::any_of(sweep.points.begin(), sweep.points.end(), failed) ||
                          std::any_of(sweep.pairs.begin(), sweep.pairs.end(), failed);
  if (any_failed) {
    Say("some points or pairs failed; to measure them again: specctl sweep --resume " +
        report.folder);
  }
  return any_done && !any_failed ? kDone : kFailed;
}

}  // namespace specctl::cli
