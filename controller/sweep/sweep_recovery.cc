#include "controller/sweep/sweep_recovery.h"

#include <string>
#include <utility>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/report/artifacts.h"
#include "common/sweep/measured_folder.h"
#include "controller/sweep/point_state.h"

namespace specctl::controller {
namespace {

class SweepRecovery {
 public:
  SweepRecovery(const SweepFolder& folder, SweepObserver& observer, Sweep& sweep)
      : folder_(folder), observer_(observer), sweep_(sweep) {}

  absl::Status RecoverPoint(SweepPoint& point) {
    if (point.state == PointState::kDone) return Refresh(point);
    if (point.state == PointState::kPlanned && !point.folder.empty()) return TakeUp(point);
    const bool left_out =
        point.state == PointState::kSkipped && absl::StartsWith(point.reason, "--budget");
    if (point.state == PointState::kFailed || left_out) PlanAgain(point);
    return absl::OkStatus();
  }

 private:
  // Figures of this fold, and of the journal as it lies there.
  absl::Status Refresh(SweepPoint& point) {
    const std::string dir = folder_.PathOf(point.folder);
    auto measured = MeasureFolder(dir, point.run_id);
    if (absl::IsNotFound(measured.status())) {
      observer_.OnNote(absl::StrFormat(
          "%s: its journal is not there any more; its figures stay as sweep.json has them",
          point.folder));
      return absl::OkStatus();
    }
    if (!measured.ok()) return measured.status();
    if (measured->run_id != point.run_id || !measured->cut_short.empty()) {
      return absl::DataLossError(
          absl::StrFormat("--resume: the journal in %s is not that of run %s as sweep.json has it; "
                          "put it back, or measure a sweep anew in another folder",
                          dir, point.run_id));
    }
    if (!point.fold || !(*point.fold == measured->key)) {
      TakeMeasured(*std::move(measured), sweep_, point);
    }
    return absl::OkStatus();
  }

  // The run that was on when the process ended.
  absl::Status TakeUp(SweepPoint& point) {
    const std::string dir = folder_.PathOf(point.folder);
    auto measured = MeasureFolder(dir, point.run_id);
    if (measured.ok() && measured->cut_short.empty()) {
      // It had ended, and only its figures were missing.
      if (const auto written = WriteArtifacts(dir, dir); !written.ok()) return written.status();
      point.took_s = measured->measured.hold_s;
      TakeMeasured(*std::move(measured), sweep_, point);
      return absl::OkStatus();
    }
    if (auto moved = folder_.SetAside(point.folder); !moved.ok()) return moved;
    PlanAgain(point);
    return absl::OkStatus();
  }

  const SweepFolder& folder_;
  SweepObserver& observer_;
  Sweep& sweep_;
};

}  // namespace

absl::Status RecoverSweep(const SweepFolder& folder, SweepObserver& observer, Sweep& sweep) {
  SweepRecovery recovery(folder, observer, sweep);
  for (SweepPoint& point : sweep.points) {
    if (auto recovered = recovery.RecoverPoint(point); !recovered.ok()) return recovered;
  }
  return folder.Save(sweep);
}

}  // namespace specctl::controller
