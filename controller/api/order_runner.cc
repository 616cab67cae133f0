#include "controller/api/order_runner.h"

#include <algorithm>
#include <utility>

#include "common/report/artifacts.h"
#include "controller/api/attached_agents.h"
#include "controller/measure/measure.h"
#include "controller/measure/metrics_targets.h"
#include "controller/measure/resolve.h"

namespace specctl::controller {
namespace {

absl::Status NeverBegan() {
  return absl::AbortedError("the controller ended before the run began");
}

absl::StatusOr<OrderEnd> Finish(absl::StatusOr<RunOutcome> outcome, const std::string& folder) {
  if (!outcome.ok()) return outcome.status();
  return OrderEnd{.ended = std::move(outcome->ended),
                  .artifacts = WriteArtifacts(folder, folder).status()};
}

}  // namespace

absl::StatusOr<OrderEnd> RunOrder(MeasureRequest request, Nanos wait_agents,
                                  const std::string& folder, const OrderMeans& means) {
  const auto chosen =
      AwaitAgents(request, means.fleet,
                  {.until = std::max(MonoNow() + wait_agents, means.agents_expected_until),
                   .stop = means.stop,
                   .tell = means.tell});
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
