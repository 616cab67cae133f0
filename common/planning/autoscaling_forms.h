// Thresholds of autoscalers and of the endpoint picker, from the highest load within the limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/planning/deployment_form.h"
#include "common/planning/replica_plan.h"

namespace specctl {

struct ScaledDeployment {
  std::string model, engine;  // of the target, empty: unknown; engine with its version
  std::optional<ReplicaPlan> replicas;
  std::optional<uint64_t> replicas_bursty;  // for bursty arrivals
  uint32_t urls = 1;  // servers of a replica: loads are of all, and scalers count each
};

// KEDA's ScaledObject on what runs and waits.  Only for engines whose metrics are known (vLLM,
// SGLang), and of an answer with a point whose in-flight is known.
std::optional<DeploymentForm> KedaForm(const SloAnswer& answer, const ScaledDeployment& deployment);

// llm-d's workload variant autoscaler, and its endpoint picker with the same thresholds.  Empty
// where the point has no KV cache use of its servers.
std::vector<DeploymentForm> LlmdForms(const SloAnswer& answer, const ScaledDeployment& deployment);

}  // namespace specctl
