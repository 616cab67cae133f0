#include "tools/specctl/pod_end.h"

#include <set>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>

#include "tools/specctl/kube_json.h"

namespace specctl::cli {
namespace {

namespace json = boost::json;

constexpr size_t kPodsMax = 4;

// As Kubernetes writes times, which have no fractions: they are ordered as their texts are.
std::string KubeTime(int64_t unix_ns) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(unix_ns / 1'000'000'000),
                          absl::UTCTimeZone());
}

std::string EndText(const json::value& terminated, const LostPod& pod) {
  const json::value* code = ValueAt(terminated, {"exitCode"});
  const std::string reason = TextAt(terminated, {"reason"});
  const std::string how =
      absl::StrFormat("pod %s: Kubernetes has its container as %s (exit code %d)", pod.name,
                      reason.empty() ? "ended" : reason,
                      code != nullptr && code->is_int64() ? code->get_int64() : -1);
  if (reason != "OOMKilled") return how;
  return how + ": raise agents.resources.limits.memory, leave it out, or use more agents";
}

// How a container of the pod ended, now or the last time.
std::string ContainerEndText(const json::value& root, const LostPod& pod) {
  const json::value* statuses = ValueAt(root, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array()) return "";
  const std::string since = KubeTime(pod.since_unix_ns);
  for (const json::value& status : statuses->get_array()) {
    for (const std::string_view state : {"state", "lastState"}) {
      const json::value* terminated = ValueAt(status, {state, "terminated"});
      if (terminated == nullptr || TextAt(*terminated, {"finishedAt"}) < since) continue;
      return EndText(*terminated, pod);
    }
  }
  return "";
}

}  // namespace

std::string PodEndText(std::string_view text, const LostPod& pod) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error || !root.is_object()) {
    return absl::StrFormat("pod %s: what kubectl printed of it is no pod", pod.name);
  }
  if (TextAt(root, {"status", "reason"}) == "Evicted") {
    return absl::StrFormat("pod %s was evicted: %s", pod.name, TextAt(root, {"status", "message"}));
  }
  if (const std::string ended = ContainerEndText(root, pod); !ended.empty()) return ended;
  const std::string made = TextAt(root, {"metadata", "creationTimestamp"});
  if (made > KubeTime(pod.since_unix_ns)) {
    return absl::StrFormat("pod %s was deleted: the one of that name was made at %s", pod.name,
                           made);
  }
  if (ValueAt(root, {"metadata", "deletionTimestamp"}) != nullptr) {
    return absl::StrFormat("pod %s is being deleted", pod.name);
  }
  return "";
}

std::vector<std::string> PodEnds(const std::vector<AgentFigures>& agents, int64_t since_unix_ns,
                                 const AskPod& ask) {
  std::set<std::string> names;
  for (const AgentFigures& agent : agents) {
    if (agent.lost && !agent.host.pod.empty()) names.insert(agent.host.pod);
  }
  std::vector<std::string> lines;
  size_t asked = 0;
  for (const std::string& name : names) {
    if (asked++ == kPodsMax) break;
    const auto printed = ask(name);
    const bool gone =
        !printed.ok() && absl::StrContains(std::string(printed.status().message()), "(NotFound)");
    std::string line = printed.ok() ? PodEndText(*printed, {name, since_unix_ns})
                       : gone       ? absl::StrFormat("pod %s was deleted", name)
                              : absl::StrFormat("pod %s: how it ended can't be asked: %s", name,
                                                std::string(printed.status().message()));
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace specctl::cli
