// Headers as flags give them: NAME:VALUE.  No error holds a value: it may be a secret.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl::cli {

// A value of --header.  INVALID_ARGUMENT where it is no header, or one that specctl sets.
absl::StatusOr<std::pair<std::string, std::string>> ParseHeader(std::string_view text);

// Values of --metrics-header.  INVALID_ARGUMENT where one is no header.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseMetricsHeaders(
    const std::vector<std::string>& texts);

}  // namespace specctl::cli
