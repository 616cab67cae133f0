#include "controller/sweep/sweep_recovery.h"

#include <string>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/planning/measured_folder.h"
#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/sweep/time_budget.h"
#include "controller/sweep/run_record.h"

namespace specctl::controller {
namespace {

class SweepRecovery {
 public:
  SweepRecovery(const SweepFolder& folder, SweepObserver& observer, Sweep& sweep)
      : folder_(folder), observer_(observer), sweep_(sweep) {}

  absl::Status RecoverPoint(SweepPoint& point) {
    if (point.state == PointState::kDone) return Refresh(point);
    const RunRecord record = RecordOf(point);
    if (point.state == PointState::kPlanned && !point.folder.empty()) {
      const auto ended = TakeUp(record);
      if (!ended.ok() || !*ended) return ended.status();
      auto measured = MeasureFolder(folder_.PathOf(point.folder));
      if (!measured.ok()) return measured.status();
      TakeMeasured(*std::move(measured), sweep_, point);
      return absl::OkStatus();
    }
    if (IsAnew(record)) PlanAgain(record);
    return absl::OkStatus();
  }

  absl::Status RecoverPair(SweepPair& pair) {
    const RunRecord record = RecordOf(pair);
    if (pair.state == PointState::kPlanned && !pair.folder.empty()) {
      const auto ended = TakeUp(record);
      if (!ended.ok() || !*ended) return ended.status();
      TakePair(folder_.PathOf(pair.folder), pair);
      return absl::OkStatus();
    }
    // Also one that was skipped: its points may be measured now.
    if (IsAnew(record) || pair.state == PointState::kSkipped) PlanAgain(record);
    return absl::OkStatus();
  }

 private:
  // Figures of this fold, and of the journal as it lies there.
  absl::Status Refresh(SweepPoint& point) {
    const std::string dir = folder_.PathOf(point.folder);
    if (!HasJournal(dir)) {
      observer_.OnNote(absl::StrFormat(
          "%s: its journal is not there any more; its figures stay as sweep.json has them",
          point.folder));
      return absl::OkStatus();
    }
    if (point.fold && IsCurrent(*point.fold, dir)) return absl::OkStatus();
    auto measured = MeasureFolder(dir);
    if (!measured.ok()) return measured.status();
    if (measured->run_id != point.run_id) {
      return absl::DataLossError(
          absl::StrFormat("--resume: the journal in %s is that of run %s, and the sweep's point is "
                          "of run %s; put that run back",
                          dir, measured->run_id, point.run_id));
    }
    TakeMeasured(*std::move(measured), sweep_, point);
    return absl::OkStatus();
  }

  static bool IsAnew(const RunRecord& record) {
    const bool left_out = record.state == PointState::kSkipped && IsBudgetSpent(record.reason);
    return record.state == PointState::kFailed || left_out;
  }

  // The run that was on when the process ended: whether it had ended, and only its figures are
  // missing.  Else it is set aside.
  absl::StatusOr<bool> TakeUp(const RunRecord& record) {
    const std::string dir = folder_.PathOf(record.folder);
    const auto results = ReadResults(dir);
    if (results.ok()) sweep_.spent_s += results->run_length_s;
    if (results.ok() && results->ended && results->end.end == RunEnd::kCompleted) {
      if (const auto written = WriteArtifacts(dir, dir); !written.ok()) return written.status();
      record.took_s = results->run_length_s;
      return true;
    }
    const std::string folder = record.folder;
    PlanAgain(record);
    if (auto moved = folder_.SetAside(folder); !moved.ok()) return moved;
    return false;
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
  for (SweepPair& pair : sweep.pairs) {
    if (auto recovered = recovery.RecoverPair(pair); !recovered.ok()) return recovered;
  }
  return folder.Save(sweep);
}

}  // namespace specctl::controller
