// A run's folder as a point of a sweep: its journal's figures, with a cache beside the journal.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/planning/sweep.h"

namespace specctl {

inline constexpr std::string_view kPointCacheFile = "plan_figures.json";

struct MeasuredFolder {
  std::string run_id;
  FoldKey fold;
  PointMeasurement measured;
  bool from_cache = false;
};

// The figures of `<run_dir>/journal.pb`: from `<run_dir>/plan_figures.json` where that is of this
// journal and this version's fold, else folded anew, and then written there.  A cache that can't
// be written is no error: the next time takes as long.  Errors as ReadRunSample().
absl::StatusOr<MeasuredFolder> MeasureFolder(const std::string& run_dir);

// Whether `key` is of that folder's journal as it is now, and of this version's fold.  Reads a few
// bytes of it.
bool IsCurrent(const FoldKey& key, const std::string& run_dir);
bool HasJournal(const std::string& run_dir);

// The key of a journal, which is read from record to record.  NOT_FOUND: there is none.
absl::StatusOr<FoldKey> FoldKeyOf(const std::string& run_dir);

}  // namespace specctl
