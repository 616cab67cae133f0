// What `specctl run` is asked to do, as a request of controller/measure.
#pragma once

#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "common/workload/run_spec.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/run_flags.h"

namespace specctl::cli {

// Everything outside the command line that decides defaults, so that tests can give it.
struct Surroundings {
  std::string default_url;      // $SPECCTL_URL, or empty
  std::string version;          // of specctl
  std::string run_id;           // of this run
  std::optional<RunSpec> like;  // spec of the run named by --like
  // Value of an environment variable, or nullopt.
  std::optional<std::string> (*environment)(const std::string& name) = nullptr;
};

// What the flags ask for, over what --like names, over the defaults.  Files are named still:
// prompts and certificates are read by ReadLocalFiles (local_request.h).
// INVALID_ARGUMENT, its text beginning with the flag's name: a value out of range or of the wrong
// form, or flags that exclude each other.
absl::StatusOr<controller::MeasureRequest> MakeRequest(const RunFlags& flags,
                                                       const Surroundings& surroundings);

}  // namespace specctl::cli
