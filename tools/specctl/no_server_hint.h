// What to say to somebody who has no server yet.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

namespace specctl::cli {

// Where nothing answers on this machine: the command that serves something to try specctl on, on a
// line of its own; else empty.  `urls`: the run's targets.
std::string NoServerHint(const absl::Status& error, const std::vector<std::string>& urls);

}  // namespace specctl::cli
