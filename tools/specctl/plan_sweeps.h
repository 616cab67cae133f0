// The sweeps that `specctl plan` reads, and the runs in their folders.
#pragma once

#include <iosfwd>
#include <string>

#include <absl/status/statusor.h>

#include "common/planning/sweep_check.h"

namespace specctl::cli {

// The sweep in that folder, or whose sweep.json is named.  Its points' figures are those of their
// journals where these are there (from a cache beside them, or folded anew, which is said on
// `err`), else as sweep.json has them.
// NOT_FOUND: no such sweep.  INVALID_ARGUMENT as ParseSweep(), or a folder holds another run.
absl::StatusOr<NamedSweep> ReadSweep(const std::string& named, std::ostream& err);

}  // namespace specctl::cli
