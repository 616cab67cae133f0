// Which folder a run is in, by its path or by the id that it printed.
#pragma once

#include <string>

#include <absl/status/statusor.h>

namespace specctl::cli {

// `run` where that is a folder, else the folder of the run with this id: runs/<id>, or a folder
// here or in runs/ whose run.json has the id (--output-dir).
// NOT_FOUND: neither; says where was looked, and which runs were last.
absl::StatusOr<std::string> FindRun(const std::string& run);

}  // namespace specctl::cli
