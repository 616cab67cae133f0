#include "tools/specctl/sweep_request.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/dataset/dataset_name.h"
#include "controller/api/controller_file.h"
#include "controller/measure/run_id.h"
#include "controller/sweep/point_request.h"
#include "controller/sweep/sweep_rows.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/local_request.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

// Those of a --dataset: read here, or left to the controller to read.
struct Prompts {
  std::string name;  // as their identity has it
  std::variant<DatasetRequest, Dataset> from;
};

// A file without its folders, unless another one is called so.
std::string ShortName(const Prompts& prompts, const std::vector<Prompts>& all) {
  const auto file_of = [](const Prompts& of) { return std::filesystem::path(of.name).filename(); };
  const auto alike = std::count_if(all.begin(), all.end(), [&](const Prompts& other) {
    return file_of(other) == file_of(prompts);
  });
  return alike == 1 ? file_of(prompts).string() : prompts.name;
}

SweepDataset DatasetOf(const Prompts& prompts, std::string name, bool all_synthetic) {
  const auto* const rows = std::get_if<Dataset>(&prompts.from);
  const bool synthetic = all_synthetic || (rows != nullptr && rows->identity.synthetic_text);
  SweepDataset described{.name = std::move(name), .synthetic_text = synthetic};
  if (const auto parsed = ParseDatasetName(prompts.name)) {
    if (!parsed->isl.empty()) described.isl_tokens = TokensOfIsl(parsed->isl);
    if (parsed->random.isl_tokens > 0) described.isl_tokens = parsed->random.isl_tokens;
  }
  return described;
}

absl::StatusOr<Prompts> ReadPrompts(const DatasetRequest& request, const SweepGrid& grid,
                                    bool is_remote) {
  if (is_remote && IsLeftToController(request)) {
    return Prompts{.name = request.dataset, .from = request};
  }
  if (controller::NamesControllerFile(request.dataset)) return NeedsController();
  auto rows = LoadDataset(request);
  // Whatever is wrong with them, it is for whoever asks to mend.
  if (!rows.ok()) return absl::InvalidArgumentError(rows.status().message());
  if (auto some = controller::CheckTiers(grid, *rows); !some.ok()) return some;
  std::string name = rows->identity.name;
  return Prompts{.name = std::move(name), .from = *std::move(rows)};
}

absl::Status ReadDatasets(const std::vector<DatasetRequest>& requests, bool is_remote,
                          SweepRequest& asked) {
  std::vector<Prompts> all;
  for (const DatasetRequest& request : requests) {
    auto prompts = ReadPrompts(request, asked.sweep.grid, is_remote);
    if (!prompts.ok()) return prompts.status();
    all.push_back(*std::move(prompts));
  }
  for (const Prompts& prompts : all) {
    asked.sweep.datasets.push_back(
        DatasetOf(prompts, ShortName(prompts, all), asked.job.request.spec.dataset.synthetic_text));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string& name = asked.sweep.datasets[i].name;
    if (!names.insert(name).second) {
      return BadFlag("--dataset", absl::StrFormat("two datasets are named %s", name));
    }
    if (auto* const rows = std::get_if<Dataset>(&all[i].from)) {
      asked.job.datasets.emplace(name, std::move(*rows));
    } else {
      asked.job.named_datasets.emplace(name, std::get<DatasetRequest>(std::move(all[i].from)));
    }
  }
  return absl::OkStatus();
}

void TakeTargetsOf(GridRequest grid, SweepRequest& asked) {
  for (GridTarget& target : grid.targets) {
    SweepTarget described{.name = target.name, .urls = {}, .gpus = target.gpus};
    for (const TargetSpec& server : target.servers) described.urls.push_back(server.url);
    asked.sweep.targets.push_back(std::move(described));
    asked.job.servers[target.name] = {
        .servers = std::move(target.servers),
        .basic_authorizations = std::move(target.basic_authorizations),
        .gpus = target.gpus};
  }
}

void TakeSchedule(const SweepFlags& flags, const SweepTimes& times, bool bs_auto,
                  SweepRequest& asked) {
  ScheduleOptions& schedule = asked.job.schedule;
  schedule.seed = asked.job.request.spec.load.seed;
  schedule.anchors = !flags.no_anchors;
  schedule.paired = flags.paired;
  if (times.budget) schedule.budget_s = Seconds(*times.budget);
  asked.job.cool_down_least = times.cool_down;
  asked.job.cool_down_most = times.cool_down_max;
  if (!bs_auto) return;
  FindLoads& find = schedule.find.emplace();
  find.bs_max = flags.bs_max;
  find.seed = schedule.seed;
  find.anchors = schedule.anchors;
  ServerLimits limits{.requests_max = flags.max_num_seqs, .graph_sizes = flags.graph_sizes};
  std::sort(limits.graph_sizes.begin(), limits.graph_sizes.end());
  for (const SweepTarget& target : asked.sweep.targets) find.limits[target.name] = limits;
}

void TakeFlush(const SweepFlags& flags, controller::SweepJob& job) {
  if (!flags.request.IsGiven("--flush-cache")) return;
  job.flush = job.request.spec.flush_cache ? controller::CacheFlush::kAlways
                                           : controller::CacheFlush::kNever;
}

absl::Status CheckMetrics(const SweepFlags& flags, const SweepRequest& asked) {
  if (asked.job.request.named_metrics_urls.empty() || asked.sweep.targets.size() == 1) {
    return absl::OkStatus();
  }
  return BadFlag(
      "--server-metrics",
      absl::StrFormat("names the metrics of one target, and the sweep has %d; without it "
                      "each target's own are read",
                      flags.grid.targets->size()));
}

absl::Status CheckPairs(const SweepFlags& flags, const SweepRequest& asked) {
  if (!flags.paired) return absl::OkStatus();
  for (const SweepTarget& target : asked.sweep.targets) {
    if (target.urls.size() == 1) continue;
    return BadFlag("--paired", absl::StrFormat("needs one URL of each target; %s has %d",
                                               target.name, target.urls.size()));
  }
  return absl::OkStatus();
}

// What the machine can't offer is told before anything is measured.
absl::Status CheckFleet(const SweepRequest& asked, const controller::FleetFacts& fleet) {
  std::vector<LoadLevel> loads = asked.sweep.grid.loads;
  // A pair's run has the load of both.
  if (const auto& find = asked.job.schedule.find) {
    loads.push_back({.kind = LoadKind::kConcurrency,
                     .level = find->bs_max * (asked.job.schedule.paired ? 2.0 : 1.0)});
  }
  for (const SweepPair& pair : asked.sweep.pairs) {
    loads.push_back({.kind = pair.key.load.kind, .level = 2 * pair.key.load.level});
  }
  const controller::MeasureRequest& request = asked.job.request;
  for (const LoadLevel& load : loads) {
    const LoadShape shape = controller::AtLevel(request.spec.load.shape, load);
    const auto fits =
        controller::FitFleet(shape, controller::AgentsOf(request.agents, shape), fleet);
    if (!fits.ok()) return fits.status();
  }
  return absl::OkStatus();
}

// A budget that ends within the grid would leave the high loads out, which are measured last.
absl::Status CheckBudgetHolds(const SweepRequest& asked) {
  const ScheduleOptions& schedule = asked.job.schedule;
  const LoadSpec& load = asked.job.request.spec.load;
  // With --until, how long a run takes is known only once it is over.
  const bool known = load.duration && load.until.empty();
  if (!schedule.budget_s || schedule.find || !known) return absl::OkStatus();
  const Nanos each = load.ramp + load.warmup + *load.duration + asked.job.cool_down_least;
  const double needed =
      Seconds(each) * static_cast<double>(asked.sweep.points.size() + asked.sweep.pairs.size());
  if (needed <= *schedule.budget_s) return absl::OkStatus();
  const auto rounded = std::chrono::seconds(static_cast<int64_t>(needed) + 1);
  return BadFlag("--budget",
                 absl::StrFormat("the grid's %d runs of %s each take %s at least; give more time, "
                                 "fewer points or a shorter --duration",
                                 asked.sweep.points.size() + asked.sweep.pairs.size(),
                                 FormatDuration(each), FormatDuration(rounded)));
}

}  // namespace

absl::StatusOr<SweepRequest> MakeSweep(const SweepFlags& flags,
                                       const std::optional<controller::FleetFacts>& fleet,
                                       std::vector<std::string> arguments) {
  const auto times = CheckSweepFlags(flags);
  if (!times.ok()) return times.status();
  auto grid = ReadGrid(flags.grid);
  if (!grid.ok()) return grid.status();
  const Surroundings surroundings = RealSurroundings();
  auto request = flags.request.Make(surroundings);
  if (!request.ok()) return request.status();
  SweepRequest asked;
  asked.job.request = *std::move(request);
  asked.job.request.prompts = Dataset{};  // each point's
  if (auto read = ReadLocalFiles(asked.job.request); !read.ok()) return read;
  asked.job.new_run_id = controller::NewRunId;
  asked.sweep.id = controller::NewRunId();
  asked.sweep.specctl_version = surroundings.version;
  asked.sweep.arguments = std::move(arguments);
  asked.sweep.begun_unix_ns = UnixNow().time_since_epoch().count();
  asked.sweep.grid = {
      .loads = grid->loads, .tiers = grid->tiers, .temperatures = grid->temperatures};
  const bool is_remote = flags.remote.is_remote();
  if (auto read = ReadDatasets(grid->datasets, is_remote, asked); !read.ok()) return read;
  const bool bs_auto = grid->bs_auto;
  TakeTargetsOf(*std::move(grid), asked);
  TakeSchedule(flags, *times, bs_auto, asked);
  TakeFlush(flags, asked.job);
  PlanSweep(asked.job.schedule, asked.sweep);
  for (const auto check : {CheckMetrics, CheckPairs}) {
    if (auto checked = check(flags, asked); !checked.ok()) return checked;
  }
  if (fleet) {
    if (auto fits = CheckFleet(asked, *fleet); !fits.ok()) return fits;
  }
  if (auto holds = CheckBudgetHolds(asked); !holds.ok()) return holds;
  return asked;
}

absl::Status TakeUpSweep(Sweep before, SweepRequest& asked) {
  const auto differs = [](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--resume: %s; to measure something else, begin a sweep in another folder", what));
  };
  const bool same_targets =
      std::equal(before.targets.begin(), before.targets.end(), asked.sweep.targets.begin(),
                 asked.sweep.targets.end(), [](const SweepTarget& a, const SweepTarget& b) {
                   return a.name == b.name && a.urls == b.urls && a.gpus == b.gpus;
                 });
  if (!same_targets) return differs("its targets, or their GPUs, are others");
  if (before.pairs.empty() != asked.sweep.pairs.empty()) {
    return differs(before.pairs.empty() ? "it measured no pairs (--paired)"
                                        : "it measures pairs (--paired)");
  }
  for (const SweepDataset& dataset : before.datasets) {
    const auto here = asked.job.datasets.find(dataset.name);
    if (here != asked.job.datasets.end()) {
      const auto same = controller::CheckUnchanged(before, dataset.name, here->second);
      if (!same.ok()) return differs(std::string(same.message()));
    } else if (!asked.job.named_datasets.contains(dataset.name)) {
      return differs(
          absl::StrFormat("its dataset %s is not the one that is found now", dataset.name));
    }
  }
  if (!asked.job.schedule.find && before.grid.loads != asked.sweep.grid.loads) {
    return differs("its loads are others");
  }
  if (before.grid.tiers != asked.sweep.grid.tiers ||
      before.grid.temperatures != asked.sweep.grid.temperatures) {
    return differs("its tiers or temperatures are others");
  }
  // What it keeps for the next time is what was asked now.
  before.arguments = asked.sweep.arguments;
  before.specctl_version = asked.sweep.specctl_version;
  asked.sweep = std::move(before);
  return absl::OkStatus();
}

}  // namespace specctl::cli
