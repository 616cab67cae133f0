// A request with all that only this process can see: its environment and its files.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "tools/specctl/run_flags.h"

namespace specctl::cli {

// Whether the text is generated, the same wherever that is: builtin, random.
bool IsGenerated(const DatasetRequest& prompts);
// Whether a controller is to look for these prompts: controller:PATH, or a named dataset that is
// not on this machine.
bool IsLeftToController(const DatasetRequest& prompts);
// INVALID_ARGUMENT "--dataset": controller:PATH, and there is no controller.
absl::Status NeedsController();

// Reads what the request names and may be on this machine alone: the rows of a dataset's file (not
// those of a dataset's name) and the certificates of --ca-file.
// Errors as LoadDataset and MakeClientTlsContext.
absl::Status ReadLocalFiles(controller::MeasureRequest& request);

// What the flags ask for, over the run of --like, over the environment; files are read.
// Errors as Check, SpecOfRun, RequestFlags::Make and ReadLocalFiles.
absl::StatusOr<controller::MeasureRequest> LocalRequest(const RunFlags& flags);

}  // namespace specctl::cli
