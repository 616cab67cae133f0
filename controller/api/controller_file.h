// Prompts that lie on the controller's machine: --dataset controller:PATH.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "common/dataset/dataset.h"
#include "controller/api/sweep_order.h"
#include "controller/measure/measure_request.h"

namespace specctl::controller {

// "controller:PATH".
bool NamesControllerFile(std::string_view dataset);

// Whether a client may name these prompts: a dataset by its name, or a file in `folder` (the
// controller's --dataset-dir; empty: it has none), however the path is written.  Errors name what
// was asked for:
// INVALID_ARGUMENT     neither a name nor controller:PATH, or a path that leads out of `folder`
// FAILED_PRECONDITION  a file, and the controller has no folder of them
// NOT_FOUND            no such file in it
absl::Status CheckNamedPrompts(const DatasetRequest& request, const std::string& folder);

// The same, and takes the rows of such a file into `request`; their identity has the name that they
// were asked by.  Named datasets are looked for in `folder` first.  Also errors as LoadDataset().
absl::Status TakeNamedPrompts(const std::string& folder, MeasureRequest& request);

// Both for all prompts that a sweep names; these are all read.  Taking them, also errors as
// CheckTiers() and CheckUnchanged().
absl::Status CheckNamedPrompts(const SweepOrder& order, const std::string& folder);
absl::Status TakeNamedPrompts(const std::string& folder, SweepOrder& order);

}  // namespace specctl::controller
