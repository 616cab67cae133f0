// A draft schedule in the form that each engine takes.
#pragma once

#include <string>
#include <vector>

#include "common/planning/deployment_form.h"
#include "common/planning/draft_schedule.h"

namespace specctl {

// vLLM: --speculative-config with num_speculative_tokens_per_batch_size: [[from, to, K], ...].
DeploymentForm VllmDraftForm(const DraftSchedule& schedule);
// TensorRT-LLM: draft_len_schedule, whose keys are upper bounds; above the last none.  Its first
// length must be its longest: WhyNoTrtllmForm() is empty.
DeploymentForm TrtllmDraftForm(const DraftSchedule& schedule);
std::string WhyNoTrtllmForm(const DraftSchedule& schedule);
// SGLang: the file of --speculative-adaptive-config, whose keys are lower bounds.
DeploymentForm SglangDraftForm(const DraftSchedule& schedule);

// Those for `engine` ("vllm 0.32.0"), or all three where it is none of these; none where the
// schedule has no ranges.  Why an engine's is left out is added to `notes`.
std::vector<DeploymentForm> DraftForms(const DraftSchedule& schedule, const std::string& engine,
                                       std::vector<std::string>& notes);

}  // namespace specctl
