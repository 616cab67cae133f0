// The targets of a run, asked before anything is measured.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/probe/target_probe.h"
#include "tools/specctl/run_settings.h"

namespace specctl::cli {

// Probes every target of the settings, waiting as --wait-ready says.  `say` is told what it waits
// for.  Errors as controller::ProbeTarget; also INVALID_ARGUMENT where the targets' models differ
// and no --model was given.
absl::StatusOr<std::vector<TargetProbed>> ProbeTargets(
    const RunSettings& settings, const std::function<void(std::string_view)>& say);

// The token source as a person would name it.
std::string_view Describe(TokenSource source);

}  // namespace specctl::cli
