#include "controller/sweep/point_request.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/dataset/dataset_name.h"

namespace specctl::controller {
namespace {

constexpr size_t kTiersNamedMax = 8;

absl::Status NoSuchTier(const Dataset& dataset, const std::string& tier) {
  std::set<std::string> tiers;
  for (const Conversation& row : dataset.conversations) {
    if (!row.tier.empty() && tiers.size() < kTiersNamedMax) tiers.insert(row.tier);
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--tier: no row of %s is of tier %s; %s", dataset.identity.name, tier,
      tiers.empty() ? std::string("its rows have none") : "it has " + absl::StrJoin(tiers, ", ")));
}

void TakeServers(const SweepServers& servers, MeasureRequest& request) {
  request.spec.targets = servers.servers;
  request.secrets.basic_authorizations = servers.basic_authorizations;
  request.spec.gpus = servers.gpus;
}

// Prompts, temperature and load: all but the servers.
absl::Status TakeKey(const SweepJob& job, const PointKey& key, MeasureRequest& request) {
  auto rows = RowsOfTier(job.datasets.at(key.dataset), key.tier);
  if (!rows.ok()) return rows.status();
  request.prompts = *std::move(rows);
  request.prompts_before.reset();
  request.spec.load.shape = AtLevel(request.spec.load.shape, key.load);
  request.agents = AgentsOf(request.agents, request.spec.load.shape);
  if (key.temperature) {
    request.temperature_given = true;
    request.spec.request.temperature = *key.temperature;
  }
  return absl::OkStatus();
}

MeasureRequest BeginRequest(const SweepJob& job, const Sweep& sweep, const std::string& run_id) {
  MeasureRequest request = job.request;
  request.spec.run_id = run_id;
  request.spec.tags.emplace_back("sweep", sweep.id);
  return request;
}

}  // namespace

LoadShape AtLevel(const LoadShape& shape, const LoadLevel& load) {
  if (load.kind == LoadKind::kConcurrency) return ClosedLoop{static_cast<uint32_t>(load.level)};
  OpenLoop loop;
  if (const auto* as_asked = std::get_if<OpenLoop>(&shape)) loop = *as_asked;
  loop.rate_per_s = load.level;
  return loop;
}

std::optional<uint32_t> AgentsOf(std::optional<uint32_t> asked, const LoadShape& shape) {
  const auto* const loop = std::get_if<ClosedLoop>(&shape);
  return asked && loop != nullptr ? std::min(*asked, loop->bs) : asked;
}

absl::StatusOr<Dataset> RowsOfTier(const Dataset& dataset, const std::string& tier) {
  if (tier.empty()) return dataset;
  Dataset rows{.identity = dataset.identity,
               .family = dataset.family,
               .reply_end_ids = dataset.reply_end_ids,
               .notes = dataset.notes};
  for (const Conversation& row : dataset.conversations) {
    if (row.tier == tier) rows.conversations.push_back(row);
  }
  if (rows.conversations.empty()) return NoSuchTier(dataset, tier);
  rows.identity.rows = rows.conversations.size();
  // So that `run --like` reads the same rows.
  const std::string selection = dataset.identity.name + "_" + tier;
  if (ParseDatasetName(selection)) rows.identity.name = selection;
  return rows;
}

MeasureRequest ResumedRequestOfPoint(const SweepJob& job, const Sweep& sweep, size_t point) {
  const SweepPoint& asked = sweep.points[point];
  MeasureRequest request = BeginRequest(job, sweep, asked.run_id);
  TakeServers(job.servers.at(asked.key.target), request);
  return request;
}

MeasureRequest ResumedRequestOfPair(const SweepJob& job, const Sweep& sweep, size_t pair) {
  const SweepPair& asked = sweep.pairs[pair];
  MeasureRequest request = BeginRequest(job, sweep, asked.run_id);
  TakeServers(job.servers.at(asked.baseline), request);
  const SweepServers& second = job.servers.at(asked.key.target);
  request.spec.targets.push_back(second.servers.front());
  request.secrets.basic_authorizations.push_back(second.basic_authorizations.front());
  // Of two set-ups: no figure of this run is for each GPU.
  request.spec.gpus.reset();
  request.spec.url_policy = UrlPolicy::kPaired;
  return request;
}

absl::StatusOr<MeasureRequest> RequestOfPoint(const SweepJob& job, const Sweep& sweep, size_t point,
                                              const std::string& run_id) {
  MeasureRequest request = ResumedRequestOfPoint(job, sweep, point);
  request.spec.run_id = run_id;
  request.spec.load.seed = SeedOfPoint(sweep, point, job.request.spec.load.seed);
  if (auto taken = TakeKey(job, sweep.points[point].key, request); !taken.ok()) return taken;
  return request;
}

absl::StatusOr<MeasureRequest> RequestOfPair(const SweepJob& job, const Sweep& sweep, size_t pair,
                                             const std::string& run_id) {
  MeasureRequest request = ResumedRequestOfPair(job, sweep, pair);
  request.spec.run_id = run_id;
  PointKey both = sweep.pairs[pair].key;
  both.load.level *= 2;
  if (auto taken = TakeKey(job, both, request); !taken.ok()) return taken;
  LoadSpec& load = request.spec.load;
  // Its figures are of both targets together, and what it is for is their ratio.
  load.until.clear();
  for (auto* limit : {&load.requests_max, &load.conversations_max}) {
    if (*limit) **limit *= 2;
  }
  return request;
}

}  // namespace specctl::controller
