// A target as --url and --target name it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/workload/run_spec.h"

namespace specctl::cli {

inline constexpr uint32_t kGpusMax = 1'000'000;  // behind a target, or all

struct NamedTarget {
  TargetSpec spec;
  std::string basic_authorization;  // of the URL's login; may be empty
};

// Reads "[NAME=]URL[,model=M][,gpus=N]".  INVALID_ARGUMENT "FLAG: ...", without the URL's login.
absl::StatusOr<NamedTarget> ParseTarget(std::string_view flag, std::string_view text);

}  // namespace specctl::cli
