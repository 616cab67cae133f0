// Which servers a run is for, as whom it asks them, and for which models.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/workload/run_spec.h"
#include "tools/specctl/run_request.h"

namespace specctl::cli {

struct NamedTarget {
  TargetSpec spec;
  std::string basic_authorization;  // of the URL's login; may be empty
};

// Reads "[NAME=]URL[,model=M][,gpus=N]".  INVALID_ARGUMENT "FLAG: ...", without the URL's login.
absl::StatusOr<NamedTarget> ParseTarget(std::string_view flag, std::string_view text);

// --url and --target, --url-policy, --gpus.
absl::Status TakeTargets(const RunFlags& flags, const std::string& default_url,
                         controller::MeasureRequest& request);
// --header, --keep-header and --api-key-env.
absl::Status TakeCredentials(const RunFlags& flags, const Surroundings& surroundings,
                             controller::MeasureRequest& request);
// --model and --model-mix.
absl::Status TakeModels(const RunFlags& flags, RunSpec& spec);

}  // namespace specctl::cli
