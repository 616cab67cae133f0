// The prompts of a run, and what they decide of it.
#pragma once

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "controller/measure/measure_request.h"

namespace specctl::controller {

// The rows of request.prompts, which are spent: those it has, or of the name that it has.
// NOT_FOUND         no such dataset, or file
// INVALID_ARGUMENT  it can't be read, or is not request.prompts_before any more; says what to do
absl::StatusOr<Dataset> TakeDataset(MeasureRequest& request);

// Settles what the request leaves to the dataset: --osl is 4096 for SPEED-Bench, else 1024;
// --temperature is 0 for named datasets, the server's own for a user's file.  Its notes become the
// request's.
void SettleByDataset(const Dataset& dataset, MeasureRequest& request);

}  // namespace specctl::controller
