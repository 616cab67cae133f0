#include "controller/api/attached_agents.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/file_limit.h"

namespace specctl::controller {
namespace {

constexpr Nanos kAgentsLookInterval = std::chrono::milliseconds(200);

std::vector<FleetMember> Connected(std::vector<FleetMember> members) {
  std::erase_if(members, [](const FleetMember& member) { return !member.connected; });
  return members;
}

}  // namespace

absl::Status MissingAgents(uint32_t wanted, size_t attached) {
  return absl::NotFoundError(absl::StrFormat(
      "--agents %d: only %d %s attached to this controller; start %d more (specctl agent "
      "--controller HOST:PORT --count %d; in Kubernetes: kubectl scale statefulset "
      "RELEASE-specctl-agent --replicas %d), or wait for them with --wait-agents 5m",
      wanted, attached, attached == 1 ? "is" : "are", wanted - attached, wanted - attached,
      wanted));
}

FleetFacts AttachedFacts(const std::vector<FleetMember>& members, uint64_t controller_files_max) {
  FleetFacts none;
  none.controller_files_max = controller_files_max;
  return WithMembers(std::move(none), members);
}

absl::StatusOr<uint32_t> ChooseAgents(const MeasureRequest& request,
                                      const std::vector<FleetMember>& attached,
                                      uint64_t controller_files_max) {
  const size_t count = attached.size();
  if (count == 0) return MissingAgents(request.agents.value_or(1), count);
  const FleetFacts facts = AttachedFacts(attached, controller_files_max);
  auto agents = FitFleet(request.spec.load.shape, request.agents, facts);
  if (!agents.ok()) return agents;
  if (!request.agents && *agents > count) {
    // Each of fewer has a larger share, which has to fit as well.
    return FitFleet(request.spec.load.shape, static_cast<uint32_t>(count), facts);
  }
  if (*agents > count) return MissingAgents(*agents, count);
  return agents;
}

absl::StatusOr<ChosenAgents> AwaitAgents(const MeasureRequest& request, Fleet& fleet,
                                         const AgentsPatience& patience) {
  const uint64_t files_max = RaiseFileLimit();
  for (;;) {
    const std::vector<FleetMember> attached = Connected(fleet.members());
    const auto agents = ChooseAgents(request, attached, files_max);
    if (patience.stop.requests() > 0) return absl::CancelledError("cancelled before it began");
    if (agents.ok()) {
      return ChosenAgents{.agents = *agents, .machines = AttachedFacts(attached, files_max)};
    }
    if (!absl::IsNotFound(agents.status()) || MonoNow() >= patience.until) return agents.status();
    patience.tell(absl::StrFormat("waiting for agents: %d attached, %d asked for", attached.size(),
                                  request.agents.value_or(1)));
    std::this_thread::sleep_for(kAgentsLookInterval);
  }
}

}  // namespace specctl::controller
