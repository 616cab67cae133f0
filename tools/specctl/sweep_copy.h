// SweepCopy: the folder of a sweep that goes on at a controller.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/planning/sweep.h"
#include "controller/sweep/sweep_folder.h"
#include "tools/specctl/job_copy.h"
#include "tools/specctl/journal_copy.h"
#include "tools/specctl/journal_view.h"

namespace specctl::cli {

// Leaves what a sweep that is measured here leaves: each run's artifacts are made of its journal,
// and the curves of sweep.json.
class SweepCopy final : public JobCopy {
 public:
  explicit SweepCopy(controller::SweepFolder files) : files_(std::move(files)) {}

  absl::StatusOr<std::map<std::string, uint64_t>> Held() override;
  absl::Status Take(const controller::FileBytes& bytes) override;
  void ClearView() override;

  // As the controller had it last; nullopt: it has not come.
  const std::optional<Sweep>& sweep() const { return sweep_; }

 private:
  absl::Status TakeJournal(const controller::FileBytes& bytes);
  absl::Status TakeSweep(const controller::FileBytes& bytes);
  absl::Status OnSweep(Sweep sweep);
  absl::Status FinishRuns(const Sweep& sweep);
  void TellRuns(const Sweep& sweep);
  absl::Status SetAsideRest(const Sweep& sweep) const;

  const controller::SweepFolder files_;
  std::optional<Sweep> sweep_;
  std::string sweep_json_;  // that is not whole yet
  // Of the run that is on.
  std::string journal_path_;
  std::optional<JournalCopy> journal_;
  std::optional<JournalView> view_;
};

}  // namespace specctl::cli
