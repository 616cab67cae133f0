// Whether prompts fit the context of a model, by a rough count of their tokens.
#pragma once

#include <cstdint>

#include "common/workload/run_spec.h"
#include "common/workload/workload.h"

namespace specctl::controller {

// Estimated tokens of all that a conversation's user says.
uint64_t EstimatedPromptTokens(const WorkloadItem& conversation);

// How many conversations a context is too short for.
struct ContextFit {
  uint64_t too_long = 0;
  uint64_t surely_too_long = 0;  // even with half as many tokens in their prompts
  uint64_t shortest_tokens = 0;  // of the prompts
};
// `holds_max_tokens`: the context must hold what the requests ask for, too.
ContextFit CountTooLong(const Workload& workload, const RequestSpec& request,
                        uint32_t max_model_len_tokens, bool holds_max_tokens);

}  // namespace specctl::controller
