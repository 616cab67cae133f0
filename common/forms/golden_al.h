// Golden acceptance lengths: InferenceX's YAML of tokens per draft by K, with thinking and without.
#pragma once

#include <optional>
#include <span>
#include <string>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/matrix/run_cells.h"

namespace specctl {

// Whether the model was asked to think: by the tag `thinking` (on, off), else by the extra inputs'
// chat_template_kwargs (enable_thinking, thinking: true or false; thinking_mode: enabled, disabled)
// or reasoning_effort there or by its flag (none: off).  nullopt: none of these tells.
std::optional<bool> ThinkingOf(const RunSpec& spec);

// The YAML: for each model `thinking_on` and `thinking_off`, {K: length}, two decimals, and the
// sampling of each as comments.  A run gives one value, that of its SPEED-Bench category `coding`,
// else of its only category.
// INVALID_ARGUMENT  runs that don't belong into one file: another dataset, revision or category,
//                   other sampling in one mode, one value twice; a run that tells no thinking mode;
//                   names the runs
// FAILED_PRECONDITION  a run without that value; says why
absl::StatusOr<std::string> GoldenAl(std::span<const MatrixRun> runs);

}  // namespace specctl
