#include "controller/measure/resolve.h"

#include <memory>
#include <utility>

#include "controller/measure/address_notes.h"
#include "controller/measure/metrics_engine.h"
#include "controller/measure/metrics_targets.h"
#include "controller/measure/probe_targets.h"
#include "controller/measure/settle_dataset.h"
#include "controller/measure/settle_targets.h"

namespace specctl::controller {

absl::StatusOr<PlannedRun> ResolveWorkload(MeasureRequest request, const FleetFacts& fleet) {
  const auto agents = FitFleet(request.spec.load.shape, request.agents, fleet);
  if (!agents.ok()) return agents.status();
  request.spec.load.agents = *agents;
  auto dataset = TakeDataset(request);
  if (!dataset.ok()) return dataset.status();
  SettleByDataset(*dataset, request);
  const uint32_t copies = request.spec.url_policy == UrlPolicy::kPaired ? 2 : 1;
  auto workload =
      MakeWorkload(*std::move(dataset), request.spec.load, request.spec.request, copies);
  if (!workload.ok()) return workload.status();
  return PlannedRun{std::move(request), *std::move(workload)};
}

absl::StatusOr<ResolvedRun> Resolve(MeasureRequest request, Network& network) {
  auto planned = ResolveWorkload(std::move(request), network.Machines());
  if (!planned.ok()) return planned.status();
  auto targets = ProbeTargets(planned->request, network);
  if (!targets.ok()) return targets.status();
  auto settled = SettleByTargets(*targets, planned->request, planned->workload);
  if (!settled.ok()) return settled;
  auto metrics = MetricsTargets(planned->request, *targets);
  if (!metrics.ok()) return metrics.status();
  const absl::Status fits = SettleNamedMetrics(planned->request, *targets, network, *metrics);
  if (!fits.ok()) return fits;
  for (std::string& note : AddressNotes(*metrics, network)) {
    planned->request.notes.push_back(std::move(note));
  }

  ResolvedRun run;
  run.spec = std::move(planned->request.spec);
  run.secrets = std::move(planned->request.secrets);
  run.notes = std::move(planned->request.notes);
  run.workload = std::make_shared<const Workload>(std::move(planned->workload));
  run.targets = *std::move(targets);
  run.metrics_targets = *std::move(metrics);
  return run;
}

}  // namespace specctl::controller
