// Reading the rows of an earlier run once more.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/dataset/dataset.h"
#include "common/dataset/dataset_identity.h"

namespace specctl {

// The request that reads the rows of `before` again: the same files, and of a named dataset the
// same selection.  `search_dirs`: where names are looked for besides.
DatasetRequest RequestOf(const DatasetIdentity& before, std::vector<std::string> search_dirs);

// INVALID_ARGUMENT  the files, or the rows selected, are not those of `before` any more
absl::Status CheckSame(const DatasetIdentity& before, const DatasetIdentity& now);

}  // namespace specctl
