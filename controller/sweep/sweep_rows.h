// Whether prompts are what a sweep needs, and what it measured with before.
#pragma once

#include <string>

#include <absl/status/status.h>

#include "common/dataset/dataset.h"
#include "common/planning/sweep.h"

namespace specctl::controller {

// INVALID_ARGUMENT  --tier: a tier of the grid has no row; names the tiers that there are
absl::Status CheckTiers(const SweepGrid& grid, const Dataset& rows);

// `dataset`: a SweepDataset::name.
// INVALID_ARGUMENT  its points were measured with other prompts (SHA-256)
absl::Status CheckUnchanged(const Sweep& sweep, const std::string& dataset, const Dataset& rows);

}  // namespace specctl::controller
