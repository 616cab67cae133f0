// RunCopy: the folder of a run that goes on at a controller.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tools/specctl/job_copy.h"
#include "tools/specctl/journal_copy.h"
#include "tools/specctl/journal_view.h"

namespace specctl::cli {

// What is there of the journal already is not asked for again.
class RunCopy final : public JobCopy {
 public:
  enum class View { kLive, kNone };  // on stderr

  // `run_dir`: exists.
  RunCopy(std::string run_id, std::string run_dir, View view = View::kLive)
      : run_id_(std::move(run_id)), run_dir_(std::move(run_dir)) {
    if (view == View::kLive) view_.emplace();
  }

  // INVALID_ARGUMENT  --output-dir: it has the journal of another run
  absl::StatusOr<std::map<std::string, uint64_t>> Held() override;
  absl::Status Take(const controller::FileBytes& bytes) override;
  void ClearView() override {
    if (view_) view_->Clear();
  }

 private:
  absl::Status Open();

  const std::string run_id_, run_dir_;
  std::optional<JournalCopy> journal_;  // once there is some
  std::optional<JournalView> view_;
};

}  // namespace specctl::cli
