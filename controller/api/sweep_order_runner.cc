#include "controller/api/sweep_order_runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "common/sweep/next_run_text.h"
#include "controller/api/attached_agents.h"
#include "controller/measure/network.h"
#include "controller/measure/run_id.h"
#include "controller/sweep/point_request.h"
#include "controller/sweep/run_record.h"
#include "controller/sweep/sweep_recovery.h"
#include "controller/sweep/sweep_runner.h"

namespace specctl::controller {
namespace {

// Agents redial after 5 s at the latest.
constexpr Nanos kRejoinPatience = std::chrono::seconds(15);

// The agents that a run has, and what is asked from their controller.
class AttachedNetwork final : public Network {
 public:
  AttachedNetwork(const OrderMeans& means, Nanos wait_agents)
      : means_(means),
        until_(std::max(MonoNow() + wait_agents, means.agents_expected_until)),
        later_patience_(std::max(wait_agents, kRejoinPatience)),
        probing_(
            {}, [this](std::string_view text) { means_.tell(std::string(text)); }, means.stop) {}

  // Waits for the run's agents, and settles how many it has.
  absl::Status ChooseAgents(MeasureRequest& request) {
    auto chosen = AwaitAgents(request, means_.fleet,
                              {.until = until_, .stop = means_.stop, .tell = means_.tell});
    until_ = MonoNow() + later_patience_;
    if (!chosen.ok()) return chosen.status();
    request.agents = chosen->agents;
    machines_ = std::move(chosen->machines);
    return absl::OkStatus();
  }

  const FleetFacts& Machines() const override { return machines_; }
  absl::StatusOr<TargetProbed> Probe(const ProbeInput& input, Nanos wait) override {
    return probing_.Probe(input, wait);
  }
  absl::Status FlushCache(const ProbeInput& input, std::string_view engine) override {
    return probing_.FlushCache(input, engine);
  }
  absl::StatusOr<std::string> Metrics(const MetricsTarget& target,
                                      const FetchOptions& options) override {
    return probing_.Metrics(target, options);
  }
  NameLookup::Addresses AddressesOf(const std::string& host) override {
    return probing_.AddressesOf(host);
  }

 private:
  const OrderMeans& means_;
  MonoTime until_;
  const Nanos later_patience_;
  FleetFacts machines_;
  ProbingNetwork probing_;
};

// Tells of each run what a job's watchers see.
class JobObserver final : public SweepObserver {
 public:
  explicit JobObserver(const OrderMeans& means) : means_(means) {}

  void OnRunBegin(const Sweep& sweep, const NextRun& run) override {
    means_.tell(NextRunText(sweep, run));
  }
  void OnRunEnd(const Sweep&, const NextRun&) override {}
  void OnNote(std::string_view note) override {
    spdlog::info("controller: sweep: {}", note);
    means_.tell("note: " + std::string(note));
  }
  RunObserver& run_observer(const std::string& folder) override {
    means_.on_run(folder);
    return means_.observer;
  }

 private:
  const OrderMeans& means_;
};

OrderEnd EndOf(SweepEnd end) {
  if (end == SweepEnd::kDone) return {.ended = {.end = RunEnd::kCompleted}, .artifacts = {}};
  return {.ended = {.end = RunEnd::kInterrupted, .reason = "interrupted"}, .artifacts = {}};
}

bool AnyMeasured(const Sweep& sweep) {
  return std::any_of(sweep.points.begin(), sweep.points.end(),
                     [](const SweepPoint& point) { return point.state == PointState::kDone; });
}

std::optional<NextRun> RunUnderWay(const Sweep& sweep) {
  const auto index_in = [](const auto& runs) -> std::optional<size_t> {
    const auto at = std::find_if(runs.begin(), runs.end(), [](const auto& run) {
      return run.state == PointState::kPlanned && !run.folder.empty();
    });
    if (at == runs.end()) return std::nullopt;
    return static_cast<size_t>(at - runs.begin());
  };
  if (const auto point = index_in(sweep.points)) {
    return NextRun{.kind = NextRun::Kind::kPoint, .index = *point};
  }
  if (const auto pair = index_in(sweep.pairs)) {
    return NextRun{.kind = NextRun::Kind::kPair, .index = *pair};
  }
  return std::nullopt;
}

// As far as it can go on; what becomes of its point, RecoverSweep() says.
void ResumeRun(const SweepOrder& order, Sweep& sweep, const SweepFolder& files,
               const OrderMeans& means) {
  const auto next = RunUnderWay(sweep);
  if (!next) return;
  const RunRecord record = controller::RecordOf(*next, sweep);
  means.on_run(record.folder);
  auto request = next->kind == NextRun::Kind::kPair
                     ? ResumedRequestOfPair(order.job, sweep, next->index)
                     : ResumedRequestOfPoint(order.job, sweep, next->index);
  const absl::Status resumed =
      ResumeOrder(std::move(request), files.PathOf(record.folder), means).status();
  if (resumed.ok()) return;
  spdlog::warn("controller: sweep {}: run {} can't go on and is measured again: {}", sweep.id,
               record.run_id, std::string(resumed.message()));
}

}  // namespace

absl::StatusOr<OrderEnd> RunSweepOrder(SweepOrder order, Nanos wait_agents,
                                       const std::string& folder, const OrderMeans& means) {
  const auto files = SweepFolder::Open(folder);
  if (!files.ok()) return files.status();
  JobObserver observer(means);
  order.job.folder = folder;
  order.job.new_run_id = NewRunId;
  order.job.resumed = AnyMeasured(order.sweep);
  auto before = SweepFolder::Read(folder);
  if (before.ok()) {
    order.sweep = *std::move(before);
    order.job.resumed = true;
    const absl::Status recovered = RecoverSweep(*files, observer, order.sweep);
    if (!recovered.ok()) return recovered;
  } else if (!absl::IsNotFound(before.status())) {
    return before.status();
  }
  AttachedNetwork network(means, wait_agents);
  const SweepMeans sweep_means{.folder = *files,
                               .fleet = means.fleet,
                               .network = network,
                               .observer = observer,
                               .choose_agents = [&network](MeasureRequest& request) {
                                 return network.ChooseAgents(request);
                               }};
  SweepRunner runner(order.job, sweep_means, means.stop, order.sweep);
  const absl::Status asked = runner.AskTargets();
  if (means.stop.requests() > 0) return EndOf(SweepEnd::kInterrupted);
  if (!asked.ok()) return asked;
  const auto end = runner.Run();
  if (!end.ok()) return end.status();
  return EndOf(*end);
}

absl::Status ResumeRunOfSweep(const SweepOrder& order, const std::string& folder,
                              const OrderMeans& means) {
  const auto files = SweepFolder::Open(folder);
  if (!files.ok()) return files.status();
  auto sweep = SweepFolder::Read(folder);
  if (absl::IsNotFound(sweep.status())) return absl::OkStatus();  // it had not come to a run
  if (!sweep.ok()) return sweep.status();
  ResumeRun(order, *sweep, *files, means);
  JobObserver observer(means);
  return RecoverSweep(*files, observer, *sweep);
}

}  // namespace specctl::controller
