// JournalCopy: the journal of a run that goes on elsewhere, as it arrives, and its fold.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/analysis/precision_watch.h"
#include "common/analysis/run_fold.h"
#include "common/base/unique_fd.h"
#include "controller/run/run_snapshot.h"

namespace specctl::cli {

// Move-only; not thread-safe.
class JournalCopy {
 public:
  // Goes on with what is in `path`, or begins it.
  // INTERNAL   it can't be made, read or written (here and below); the text names it
  // DATA_LOSS  its records are of another version of specctl (here and below)
  static absl::StatusOr<JournalCopy> Open(const std::string& path);

  uint64_t bytes() const { return bytes_; }
  // Takes the bytes from `offset` on.
  // DATA_LOSS  others follow those that are here
  absl::Status AddBytes(uint64_t offset, std::string_view data);

  // What the run was begun with; nullptr: that has not come yet.
  const RunBegun* begun() const;
  // What there is to see; requires begun().  May take a look at the figures (--until).
  controller::RunSnapshot Snapshot();

 private:
  JournalCopy(UniqueFd file, std::string path);
  absl::Status TakeRecords();

  UniqueFd file_;
  std::string path_;
  uint64_t bytes_ = 0;
  std::string rest_;  // of a record that is not whole yet
  std::unique_ptr<RunFold> fold_;
  std::unique_ptr<PrecisionWatch> precision_;  // once the run has begun
};

}  // namespace specctl::cli
