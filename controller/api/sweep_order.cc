#include "controller/api/sweep_order.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"
#include "common/planning/sweep_json.h"
#include "controller/api/dataset_codec.h"
#include "controller/api/job.h"
#include "controller/sweep/sweep_folder.h"

namespace specctl::controller {
namespace {

absl::Status BadOrder(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("order: %s", what));
}

void EncodeFind(const FindLoads& find, v1::FindLoads& out) {
  out.set_bs_max(find.bs_max);
  for (const auto& [target, limits] : find.limits) {
    v1::ServerLimits* known = out.add_limits();
    known->set_target(target);
    if (limits.requests_max) known->set_requests_max(*limits.requests_max);
    known->mutable_graph_sizes()->Add(limits.graph_sizes.begin(), limits.graph_sizes.end());
    known->set_draft_length(limits.draft_length);
  }
}

FindLoads DecodeFind(const v1::FindLoads& from) {
  FindLoads find{.bs_max = from.bs_max(), .limits = {}};
  for (const v1::ServerLimits& known : from.limits()) {
    ServerLimits& limits = find.limits[known.target()];
    if (known.has_requests_max()) limits.requests_max = known.requests_max();
    limits.graph_sizes = {known.graph_sizes().begin(), known.graph_sizes().end()};
    limits.draft_length = known.draft_length();
  }
  return find;
}

ScheduleOptions DecodeSchedule(const v1::SweepOrder& from) {
  ScheduleOptions schedule{.find = {},
                           .seed = from.seed(),
                           .anchors = from.anchors(),
                           .budget_s = {},
                           .paired = from.paired()};
  if (from.has_budget_s()) schedule.budget_s = from.budget_s();
  if (!from.has_find()) return schedule;
  schedule.find = DecodeFind(from.find());
  schedule.find->seed = schedule.seed;
  schedule.find->anchors = schedule.anchors;
  return schedule;
}

// All servers, of one target after another, are the targets of `request`.
absl::Status TakeServers(const v1::SweepOrder& from, SweepOrder& order) {
  std::vector<TargetSpec> all = std::exchange(order.job.request.spec.targets, {});
  size_t taken = 0;
  for (const v1::SweepServers& of : from.servers()) {
    if (of.servers() == 0 || of.servers() > all.size() - taken) {
      return BadOrder("a target has no servers, or more than there are");
    }
    SweepServers servers;
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(taken);
    servers.servers.assign(begin, begin + of.servers());
    servers.basic_authorizations.resize(of.servers());
    if (of.has_gpus()) servers.gpus = of.gpus();
    taken += of.servers();
    order.job.servers[of.target()] = std::move(servers);
  }
  if (taken != all.size()) return BadOrder("servers of no target");
  for (const SweepTarget& target : order.sweep.targets) {
    if (order.job.servers.contains(target.name)) continue;
    return BadOrder(absl::StrFormat("target %s has no servers", Printable(target.name)));
  }
  return order.sweep.targets.empty() ? BadOrder("it has no target") : absl::OkStatus();
}

absl::Status TakeDatasets(v1::SweepOrder& from, SweepOrder& order) {
  for (v1::SweepRows& of : *from.mutable_datasets()) {
    if (of.has_named()) {
      order.job.named_datasets[of.dataset()] = DecodeNamed(of.named());
      continue;
    }
    auto rows = DecodeUploaded(*of.mutable_rows());
    if (!rows.ok()) return rows.status();
    order.job.datasets[of.dataset()] = *std::move(rows);
  }
  // A point's dataset is one of these (ParseSweep).
  for (const SweepDataset& dataset : order.sweep.datasets) {
    const std::string& name = dataset.name;
    if (order.job.datasets.contains(name) || order.job.named_datasets.contains(name)) continue;
    return BadOrder(absl::StrFormat("dataset %s has no rows", Printable(dataset.name)));
  }
  return absl::OkStatus();
}

absl::Status CheckPairs(const SweepOrder& order) {
  for (const SweepPair& pair : order.sweep.pairs) {
    const auto baseline = order.job.servers.find(pair.baseline);
    const auto second = order.job.servers.find(pair.key.target);
    if (baseline == order.job.servers.end() || second == order.job.servers.end()) {
      return BadOrder("a pair of targets that it does not have");
    }
  }
  const bool paired = order.job.schedule.paired;
  return paired && order.sweep.targets.size() != 2 ? BadOrder("pairs are of two targets")
                                                   : absl::OkStatus();
}

template <class Run>
bool IsUnderWay(const Run& run) {
  return run.state == PointState::kPlanned && !run.folder.empty();
}

template <class Run>
bool IsInItsFolder(const Run& run) {
  return run.folder.empty() ||
         (IsJobId(run.run_id) && run.folder == SweepFolder::RunFolder(run.run_id));
}

absl::Status CheckRuns(const Sweep& sweep) {
  const auto under_way = [](const auto& run) { return IsUnderWay(run); };
  const bool any = std::any_of(sweep.points.begin(), sweep.points.end(), under_way) ||
                   std::any_of(sweep.pairs.begin(), sweep.pairs.end(), under_way);
  return any ? BadOrder("a run of the sweep is under way") : CheckRunFolders(sweep);
}

absl::StatusOr<SweepOrder> DecodeSweepOrder(v1::SweepOrder from) {
  if (auto known = CheckEnums(from); !known.ok()) return known;
  auto request = DecodeAsked(from.request());
  if (!request.ok()) return request.status();
  auto sweep = ParseSweep("order", from.sweep_json());
  if (!sweep.ok()) return sweep.status();
  SweepOrder order{.sweep = *std::move(sweep), .job = {}};
  order.job.request = *std::move(request);
  order.job.request.prompts = Dataset{};  // each point's
  order.job.schedule = DecodeSchedule(from);
  order.job.flush = EnumFromProto<CacheFlush>(from.flush());
  order.job.cool_down_least = Nanos(from.cool_down_least_ns());
  order.job.cool_down_most = Nanos(from.cool_down_most_ns());
  if (auto taken = TakeServers(from, order); !taken.ok()) return taken;
  if (auto taken = TakeDatasets(from, order); !taken.ok()) return taken;
  if (auto checked = CheckPairs(order); !checked.ok()) return checked;
  if (auto checked = CheckRuns(order.sweep); !checked.ok()) return checked;
  return order;
}

}  // namespace

OrderSecrets SecretsOf(const SweepOrder& order) {
  OrderSecrets secrets = SecretsOf(order.job.request);
  std::vector<std::string>& logins = secrets.secrets.basic_authorizations;
  logins.clear();
  for (const SweepTarget& target : order.sweep.targets) {
    const auto& its = order.job.servers.at(target.name).basic_authorizations;
    logins.insert(logins.end(), its.begin(), its.end());
  }
  return secrets;
}

void PutSecrets(OrderSecrets secrets, SweepOrder& order) {
  const auto logins = std::exchange(secrets.secrets.basic_authorizations, {});
  PutSecrets(std::move(secrets), order.job.request);
  size_t taken = 0;
  for (const SweepTarget& target : order.sweep.targets) {
    for (std::string& login : order.job.servers.at(target.name).basic_authorizations) {
      if (taken < logins.size()) login = logins[taken];
      ++taken;
    }
  }
}

v1::SweepOrder EncodeSweepOrder(const SweepOrder& order) {
  const SweepJob& job = order.job;
  MeasureRequest asked = job.request;
  asked.spec.targets.clear();
  v1::SweepOrder out;
  for (const SweepTarget& target : order.sweep.targets) {
    const SweepServers& of = job.servers.at(target.name);
    asked.spec.targets.insert(asked.spec.targets.end(), of.servers.begin(), of.servers.end());
    v1::SweepServers* servers = out.add_servers();
    servers->set_target(target.name);
    servers->set_servers(static_cast<uint32_t>(of.servers.size()));
    if (of.gpus) servers->set_gpus(*of.gpus);
  }
  *out.mutable_request() = EncodeAsked(asked);
  out.set_sweep_json(SweepJson(order.sweep));
  for (const auto& [name, rows] : job.datasets) {
    v1::SweepRows* dataset = out.add_datasets();
    dataset->set_dataset(name);
    *dataset->mutable_rows() = EncodeUploaded(rows);
  }
  for (const auto& [name, request] : job.named_datasets) {
    v1::SweepRows* dataset = out.add_datasets();
    dataset->set_dataset(name);
    *dataset->mutable_named() = EncodeNamed(request);
  }
  out.set_seed(job.schedule.seed);
  out.set_anchors(job.schedule.anchors);
  out.set_paired(job.schedule.paired);
  if (job.schedule.budget_s) out.set_budget_s(*job.schedule.budget_s);
  if (job.schedule.find) EncodeFind(*job.schedule.find, *out.mutable_find());
  out.set_flush(EnumToProto<v1::CacheFlush>(job.flush));
  out.set_cool_down_least_ns(job.cool_down_least.count());
  out.set_cool_down_most_ns(job.cool_down_most.count());
  return out;
}

absl::Status CheckRunFolders(const Sweep& sweep) {
  const auto in_folder = [](const auto& run) { return IsInItsFolder(run); };
  const bool all = std::all_of(sweep.points.begin(), sweep.points.end(), in_folder) &&
                   std::all_of(sweep.pairs.begin(), sweep.pairs.end(), in_folder);
  return all ? absl::OkStatus()
             : absl::InvalidArgumentError("sweep.json: a run that is not in runs/<its id>");
}

absl::StatusOr<SweepOrder> UnpackSweepOrder(std::string_view order_gzip) {
  v1::SweepOrder order;
  if (auto unpacked = UnpackMessage(order_gzip, order); !unpacked.ok()) return unpacked;
  return DecodeSweepOrder(std::move(order));
}

}  // namespace specctl::controller
