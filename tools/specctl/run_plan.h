// From a loaded dataset to what is sent: order, limits, and what can be said of them beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/dataset/dataset.h"
#include "common/journal/event.h"
#include "common/plan/plan.h"
#include "common/plan/run_spec.h"

namespace specctl::cli {

struct RunPlan {
  std::vector<Conversation> conversations;  // by order index
  std::vector<PlannedRow> rows;             // the same, without their text
  PlanLimits limits;
};

// INVALID_ARGUMENT naming the flag, as ComputeLimits.
absl::StatusOr<RunPlan> MakePlan(Dataset dataset, const LoadSpec& load);

// How many conversations are, by a rough count of their tokens, too long for a context of
// `max_model_len_tokens` together with the tokens they ask for.
uint64_t CountTooLong(const RunPlan& plan, const RequestSpec& request,
                      uint32_t max_model_len_tokens);

// What --dry-run prints: prompts, tokens, waves, connections, and a request as it would be sent.
// INVALID_ARGUMENT where a body can't be made of the first row.
absl::StatusOr<std::string> DescribePlan(const RunPlan& plan, const RunSpec& spec);

}  // namespace specctl::cli
