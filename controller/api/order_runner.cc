#include "controller/api/order_runner.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/file_limit.h"
#include "common/report/artifacts.h"
#include "controller/measure/measure.h"
#include "controller/measure/metrics_targets.h"
#include "controller/measure/resolve.h"

namespace specctl::controller {
namespace {

constexpr Nanos kAgentsLookInterval = std::chrono::milliseconds(200);

std::vector<FleetMember> Connected(std::vector<FleetMember> members) {
  std::erase_if(members, [](const FleetMember& member) { return !member.connected; });
  return members;
}

absl::Status Missing(uint32_t wanted, size_t attached) {
  return absl::NotFoundError(absl::StrFormat(
      "--agents %d: only %d %s attached to this controller; start %d more (specctl agent "
      "--controller HOST:PORT --count %d; in Kubernetes: kubectl scale statefulset "
      "RELEASE-specctl-agent --replicas %d), or wait for them with --wait-agents 5m",
      wanted, attached, attached == 1 ? "is" : "are", wanted - attached, wanted - attached,
      wanted));
}

struct Chosen {
  uint32_t agents = 0;
  FleetFacts machines;
};

// Waits until there are agents enough.
absl::StatusOr<Chosen> AwaitAgents(const MeasureRequest& request, Nanos patience,
                                   const OrderMeans& means) {
  const uint64_t files_max = RaiseFileLimit();
  const MonoTime give_up = std::max(MonoNow() + patience, means.agents_expected_until);
  for (;;) {
    const std::vector<FleetMember> attached = Connected(means.fleet.members());
    const auto agents = ChooseAgents(request, attached, files_max);
    if (means.stop.requests() > 0) return absl::CancelledError("cancelled before it began");
    if (agents.ok()) {
      return Chosen{.agents = *agents, .machines = AttachedFacts(attached, files_max)};
    }
    if (!absl::IsNotFound(agents.status()) || MonoNow() >= give_up) return agents.status();
    means.tell(absl::StrFormat("waiting for agents: %d attached, %d asked for", attached.size(),
                               request.agents.value_or(1)));
    std::this_thread::sleep_for(kAgentsLookInterval);
  }
}

absl::Status NeverBegan() {
  return absl::AbortedError("the controller ended before the run began");
}

absl::StatusOr<OrderEnd> Finish(absl::StatusOr<RunOutcome> outcome, const std::string& folder) {
  if (!outcome.ok()) return outcome.status();
  return OrderEnd{.ended = std::move(outcome->ended),
                  .artifacts = WriteArtifacts(folder, folder).status()};
}

}  // namespace

FleetFacts AttachedFacts(const std::vector<FleetMember>& members, uint64_t controller_files_max) {
  FleetFacts none;
  none.controller_files_max = controller_files_max;
  return WithMembers(std::move(none), members);
}

absl::StatusOr<uint32_t> ChooseAgents(const MeasureRequest& request,
                                      const std::vector<FleetMember>& attached,
                                      uint64_t controller_files_max) {
  const size_t count = attached.size();
  if (count == 0) return Missing(request.agents.value_or(1), count);
  const FleetFacts facts = AttachedFacts(attached, controller_files_max);
  auto agents = FitFleet(request.spec.load.shape, request.agents, facts);
  if (!agents.ok()) return agents;
  if (!request.agents && *agents > count) {
    // Each of fewer has a larger share, which has to fit as well.
    return FitFleet(request.spec.load.shape, static_cast<uint32_t>(count), facts);
  }
  if (*agents > count) return Missing(*agents, count);
  return agents;
}

absl::StatusOr<OrderEnd> RunOrder(MeasureRequest request, Nanos wait_agents,
                                  const std::string& folder, const OrderMeans& means) {
  const auto chosen = AwaitAgents(request, wait_agents, means);
  if (!chosen.ok()) return chosen.status();
  request.agents = chosen->agents;
  ProbingNetwork network(
      chosen->machines, [&means](std::string_view text) { means.tell(std::string(text)); },
      means.stop);
  auto run = Resolve(std::move(request), network);
  if (!run.ok()) return run.status();
  if (means.stop.requests() > 0) return absl::CancelledError("cancelled before it began");
  means.tell("");
  run->interrupt_grace = means.drain;
  return Finish(Measure(*run, {.path = folder}, means.fleet, means.stop, means.observer), folder);
}

absl::StatusOr<OrderEnd> ResumeOrder(MeasureRequest request, const std::string& folder,
                                     const OrderMeans& means) {
  auto recovered = RecoverRun(RunDir{.path = folder}.JournalPath());
  if (absl::IsNotFound(recovered.status())) return NeverBegan();
  if (!recovered.ok()) return recovered.status();
  const RunPast& past = recovered->past;
  if (past.ended()) return Finish(RunOutcome{.ended = *past.ended()}, folder);
  if (!past.CanResume()) return NeverBegan();
  ResolvedRun run;
  run.spec = past.begun()->spec;
  run.spec.tls = request.spec.tls;
  run.secrets = request.secrets;
  run.targets = past.targets();
  run.interrupt_grace = means.drain;
  request.spec = run.spec;
  auto metrics = MetricsTargets(request, run.targets);
  if (!metrics.ok()) return metrics.status();
  run.metrics_targets = *std::move(metrics);
  means.tell("");
  return Finish(ResumeMeasure(run, *std::move(recovered), means.fleet, means.stop, means.observer),
                folder);
}

}  // namespace specctl::controller
