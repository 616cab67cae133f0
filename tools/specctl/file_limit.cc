#include "tools/specctl/file_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include <absl/strings/str_format.h>

namespace specctl::cli {
namespace {

// What the controller opens besides, for each agent, its session and the socket that starts it.
constexpr uint64_t kControllerFiles = 32;
constexpr uint64_t kFilesOfAgent = 2;

uint64_t AgentNeeds(uint64_t bs, uint64_t agents) {
  return (bs + agents - 1) / agents + kAgentFiles;
}
uint64_t ControllerNeeds(uint64_t agents) { return kControllerFiles + kFilesOfAgent * agents; }

// The fewest agents that fit the limit; 0: no number does.
uint64_t AgentsThatFit(uint64_t bs, uint64_t files_max) {
  const uint64_t slots_max = StreamsThatFit(files_max);
  if (slots_max == 0) return 0;
  const uint64_t agents = (bs + slots_max - 1) / slots_max;
  return ControllerNeeds(agents) <= files_max ? agents : 0;
}

}  // namespace

uint64_t RaiseFileLimit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlimit raised = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return files.rlim_cur;
}

uint64_t StreamsThatFit(uint64_t files_max) {
  return files_max > kAgentFiles ? files_max - kAgentFiles : 0;
}

absl::Status CheckFileLimit(const LoadSpec& load, uint64_t files_max) {
  const uint64_t agent_needs = AgentNeeds(load.bs, load.agents);
  const uint64_t needed = std::max(agent_needs, ControllerNeeds(load.agents));
  if (needed <= files_max) return absl::OkStatus();
  std::string text = absl::StrFormat(
      "--bs %d over --agents %d: %s would need %d open files, and the limit here is %d; ", load.bs,
      load.agents, agent_needs == needed ? "an agent" : "the controller", needed, files_max);
  const uint64_t agents = AgentsThatFit(load.bs, files_max);
  if (agents > 0) text += absl::StrFormat("use --agents %d, or ", agents);
  text += absl::StrFormat(
      "raise it in this shell: ulimit -n %d (above its hard limit, which ulimit -Hn tells, root "
      "alone may)",
      needed);
  return absl::ResourceExhaustedError(text);
}

}  // namespace specctl::cli
