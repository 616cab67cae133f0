// A request with all that only this process can see: its environment and its files.
#pragma once

#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "tools/specctl/run_flags.h"

namespace specctl::cli {

// Reads what the request names and may be on this machine alone: the rows of a dataset's file (not
// those of a dataset's name) and the certificates of --ca-file.
// Errors as LoadDataset and MakeClientTlsContext.
absl::Status ReadLocalFiles(controller::MeasureRequest& request);

// What the flags ask for, over the run of --like, over the environment; files are read.
// Errors as Check, SpecOfRun, RequestFlags::Make and ReadLocalFiles.
absl::StatusOr<controller::MeasureRequest> LocalRequest(const RunFlags& flags);

}  // namespace specctl::cli
