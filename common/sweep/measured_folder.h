// What a run of a sweep measured, from its folder: folded once, then kept beside its journal.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/planning/sweep.h"

namespace specctl {

// The file beside journal.pb.
inline constexpr std::string_view kMeasurementFile = "measurement.json";

// The journal as it lies there, without reading its records: their heads alone, so that 50 MB take
// milliseconds.  A torn tail counts for its bytes.
// NOT_FOUND: no such file; DATA_LOSS: not one record begins in it.
absl::StatusOr<FoldKey> KeyOfJournal(const std::string& path);

struct MeasuredFolder {
  std::string run_id;
  FoldKey key;
  // How the run ended: empty where it did what was asked; else why not ("interrupted", "the journal
  // has no end: ...").
  std::string cut_short;
  PointMeasurement measured;
};

// As measurement.json has it, where that is of this journal, this fold and, if `run_id` is not
// empty, this run; else folded from the journal.  Errors as ReadRunSample().
absl::StatusOr<MeasuredFolder> MeasureFolder(const std::string& run_dir, std::string_view run_id);

// The same from the journal, which writes measurement.json where the run was not cut short;
// INTERNAL, too: it can't be written.
absl::StatusOr<MeasuredFolder> FoldFolder(const std::string& run_dir);

}  // namespace specctl
