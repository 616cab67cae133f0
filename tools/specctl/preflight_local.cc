#include "tools/specctl/preflight_local.h"

#include <string_view>
#include <utility>

#include "common/report/journal_replay.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/preflight_outcome.h"
#include "tools/specctl/stop_at_once.h"
#include "tools/specctl/temporary_folder.h"

namespace specctl::cli {

absl::StatusOr<Results> MeasureHere(controller::Fleet& fleet, const controller::StopToken& stop,
                                    controller::MeasureRequest request) {
  const auto folder = TemporaryFolder::Make("specctl-preflight");
  if (!folder.ok()) return folder.status();
  controller::ProbingNetwork network(FactsOf(fleet), [](std::string_view) {});
  const auto run = controller::Resolve(std::move(request), network);
  if (!run.ok()) return run.status();
  if (auto grown = fleet.Grow(run->spec.load.agents); !grown.ok()) return grown;
  StopAtOnce at_once(stop);
  const auto outcome =
      controller::Measure(*run, {.path = folder->path()}, fleet, at_once.token(), at_once);
  if (!outcome.ok()) return outcome.status();
  return StepResults(outcome->ended.end, outcome->ended.reason, folder->path());
}

}  // namespace specctl::cli
