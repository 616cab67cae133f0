// What Kubernetes has to say of agents that were lost: only the cluster knows why a pod went.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/figures/agent_figures.h"

namespace specctl::cli {

struct LostPod {
  std::string name;
  int64_t since_unix_ns = 0;  // what befell it before is of no interest
};

// "pod load-agent-7: Kubernetes has its container as OOMKilled (exit code 137): raise ..."; or that
// it was evicted, that its container ended otherwise, that it is another one of its name.
// `json`: as `kubectl get pod NAME -o json` prints it.  Empty: nothing befell it.  Pure.
std::string PodEndText(std::string_view json, const LostPod& pod);

// What `kubectl get pod NAME -o json` prints, or an error with what it says.
using AskPod = std::function<absl::StatusOr<std::string>(const std::string& name)>;

// A line for each pod with a lost agent of which there is something to say; 4 pods at most are
// asked for.
std::vector<std::string> PodEnds(const std::vector<AgentFigures>& agents, int64_t since_unix_ns,
                                 const AskPod& ask);

}  // namespace specctl::cli
