// Server settings that force a measured acceptance, so that a system can be measured at it without
// its drafts being any good (synthetic, simulated or forced acceptance).
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/forms/measured_drafts.h"

namespace specctl {

// For `engine`, "vllm", "sglang" or "trtllm": comments (#), then the settings: vLLM's
// --speculative-config, environment variables of the others, each a line.
// INVALID_ARGUMENT     another engine
// FAILED_PRECONDITION  a length that no draft of that size can have
absl::StatusOr<std::string> ForcedAcceptance(std::string_view engine, const std::string& run_id,
                                             const MeasuredDrafts& drafts);

}  // namespace specctl
