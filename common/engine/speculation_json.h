// Speculative-decoding statistics that engines attach to a response.
#pragma once

#include <optional>
#include <string_view>

#include "common/engine/token_accounting.h"

namespace specctl {

// Reads `speculative_decoding` of vLLM's `metrics` object (vllm/v1/spec_decode/metrics.py), given
// that object.  Nullopt where there is none, or where num_spec_steps is not in it.
std::optional<SpeculationStats> ParseSpeculation(std::string_view metrics_json);

}  // namespace specctl
