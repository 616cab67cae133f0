// What can be said of a workload before it is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/journal/event.h"
#include "common/workload/run_spec.h"
#include "common/workload/workload.h"

namespace specctl::cli {

// How many conversations a context is too short for, by a rough count of their tokens.
struct ContextFit {
  uint64_t too_long = 0;
  uint64_t surely_too_long = 0;  // even with half as many tokens in their prompts
  uint64_t shortest_tokens = 0;  // of the prompts
};
// `holds_max_tokens`: the context must hold what the requests ask for, too.
ContextFit CountTooLong(const Workload& workload, const RequestSpec& request,
                        uint32_t max_model_len_tokens, bool holds_max_tokens);

// What --dry-run prints: prompts, tokens, waves, connections, and a request as it would be sent.
// INVALID_ARGUMENT where a body can't be made of the first row.
absl::StatusOr<std::string> DescribePlan(const Workload& workload, const RunSpec& spec);

}  // namespace specctl::cli
