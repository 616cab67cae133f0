// Speculative-decoding statistics that engines attach to a response.
#pragma once

#include <optional>
#include <string_view>

#include "common/engine/token_accounting.h"

namespace specctl {

// Reads the statistics that an object holds, whichever engine wrote it:
//
// - `speculative_decoding` of vLLM's and NIM's `metrics` (vllm/v1/spec_decode/metrics.py);
// - `spec_tokens_details` of SGLang's `sglext`, the first of a list (of several choices the first
//   is followed); or these fields themselves, as in `meta_info` of /generate and in the file of
//   --export-metrics-to-file.  Their names changed twice; any of the three generations is read;
// - TensorRT-LLM's `choices[].speculative_decoding`: the object itself.
//
// Nullopt where there is none, or where it lacks a number that its figures need: steps, or the
// tokens drafted and accepted in them.  Whether the numbers agree is not checked here: that takes
// the response's total.  spec_accept_length is not read: it counts the prompt's token, and leaves
// out the tokens cut off at the end.
std::optional<SpeculationStats> ParseSpeculation(std::string_view object_json);

}  // namespace specctl
