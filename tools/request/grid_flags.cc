#include "tools/request/grid_flags.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include "common/dataset/dataset_locator.h"
#include "tools/request/flag_groups.h"
#include "tools/request/flag_values.h"
#include "tools/request/named_target.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kGridTargetForm = "NAME=URL[,URL...][,model=M][,gpus=N]";

bool IsUrl(std::string_view part) { return part.find("://") != std::string_view::npos; }

// Of "NAME=URL,URL,gpus=8" the servers, each as ParseTarget() takes it: the attributes are theirs.
std::vector<std::string> ServerTexts(std::string_view text) {
  std::vector<std::string> urls, attributes;
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), ',');
  for (const std::string& part : parts) {
    // The first has the name, and may do without a scheme.
    (urls.empty() || IsUrl(part) ? urls : attributes).push_back(part);
  }
  for (std::string& url : urls) {
    for (const std::string& attribute : attributes) url += "," + attribute;
  }
  return urls;
}

absl::Status CheckGridTargets(const std::vector<GridTarget>& targets, const GridTarget& target) {
  for (const GridTarget& other : targets) {
    if (other.name == target.name) {
      return BadFlag("--target", absl::StrFormat("two targets are named %s", target.name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadLevel> ParseBs(const std::string& text) {
  uint64_t bs = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bs);
  if (error == std::errc() && stop == end && bs >= 1 && bs <= kConcurrencyMax) {
    return LoadLevel{.kind = LoadKind::kConcurrency, .level = static_cast<double>(bs)};
  }
  return BadFlag("--bs", absl::StrFormat("need whole numbers from 1 to %d, or auto; got \"%s\"",
                                         kConcurrencyMax, text));
}

absl::Status RefuseTwice(std::string_view flag, std::string_view text) {
  return BadFlag(flag, absl::StrFormat("%s is given twice", text));
}

absl::Status TakeLoads(const GridFlags& flags, GridRequest& grid) {
  if (!flags.bs->empty() && !flags.rates->empty()) {
    return BadFlag("--bs", "can't be combined with --request-rate: a sweep is of one of them");
  }
  grid.bs_auto = flags.bs->size() == 1 && flags.bs->front() == "auto";
  if (grid.bs_auto) return absl::OkStatus();
  const bool by_rate = !flags.rates->empty();
  for (const std::string& text : by_rate ? *flags.rates : *flags.bs) {
    LoadLevel load;
    if (by_rate) {
      const auto rate = ParseRequestRate(text);
      if (!rate.ok()) return rate.status();
      load = {.kind = LoadKind::kRate, .level = *rate};
    } else {
      const auto bs = ParseBs(text);
      if (!bs.ok()) return bs.status();
      load = *bs;
    }
    if (std::find(grid.loads.begin(), grid.loads.end(), load) != grid.loads.end()) {
      return RefuseTwice(by_rate ? "--request-rate" : "--bs", text);
    }
    grid.loads.push_back(load);
  }
  if (!grid.loads.empty()) return absl::OkStatus();
  return BadFlag("--bs",
                 "a sweep needs loads: --bs 1,4,16,64 or --bs auto, or --request-rate 1,2,4,8");
}

absl::Status TakeTargetsOfGrid(const GridFlags& flags, GridRequest& grid) {
  for (const std::string& text : *flags.targets) {
    auto target = ParseGridTarget(text);
    if (!target.ok()) return target.status();
    if (auto apart = CheckGridTargets(grid.targets, *target); !apart.ok()) return apart;
    grid.targets.push_back(*std::move(target));
  }
  if (!grid.targets.empty()) return absl::OkStatus();
  return BadFlag("--target",
                 absl::StrFormat("a sweep needs at least one: --target %s", kGridTargetForm));
}

absl::Status TakeDatasets(const GridFlags& flags, GridRequest& grid) {
  const auto form = ParseRowForm(flags.dataset_format->value_or(""));
  if (!form.ok()) return BadFlag("--dataset-format", std::string(form.status().message()));
  DatasetRequest request;
  request.search_dirs = DatasetSearchDirs(flags.dataset_dir->value_or(""));
  request.form = *form;
  for (const std::string& name : *flags.datasets) {
    if (name.empty()) return BadFlag("--dataset", "need names or files, got an empty one");
    for (const DatasetRequest& other : grid.datasets) {
      if (other.dataset == name) return RefuseTwice("--dataset", name);
    }
    request.dataset = name;
    grid.datasets.push_back(request);
  }
  // As for `run`: the dataset that is found.
  if (grid.datasets.empty()) grid.datasets.push_back(request);
  return absl::OkStatus();
}

absl::Status TakeTiersAndTemperatures(const GridFlags& flags, GridRequest& grid) {
  for (const std::string& tier : *flags.tiers) {
    if (tier.empty()) return BadFlag("--tier", "need tiers such as low_entropy, got an empty one");
    if (std::count(grid.tiers.begin(), grid.tiers.end(), tier) > 0) {
      return RefuseTwice("--tier", tier);
    }
    grid.tiers.push_back(tier);
  }
  for (const std::string& text : *flags.temperatures) {
    const auto number = ParseNumber(text);
    if (!number.ok() || *number < 0) {
      return BadFlag("--temperature",
                     absl::StrFormat("need numbers of at least 0, got \"%s\"", text));
    }
    auto& all = grid.temperatures;
    if (std::count(all.begin(), all.end(), *number) > 0) return RefuseTwice("--temperature", text);
    all.push_back(*number);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GridTarget> ParseGridTarget(std::string_view text) {
  GridTarget target;
  for (const std::string& server : ServerTexts(text)) {
    auto parsed = ParseTarget("--target", server);
    if (!parsed.ok()) return parsed.status();
    if (target.servers.empty()) {
      target.name = parsed->spec.name;
    } else if (!parsed->spec.name.empty()) {
      return BadFlag("--target", absl::StrFormat("%s has two names, %s and %s; need %s",
                                                 text.substr(0, text.find('@')), target.name,
                                                 parsed->spec.name, kGridTargetForm));
    }
    target.gpus = parsed->spec.gpus;
    // They are the target's, not each server's.
    parsed->spec.gpus.reset();
    parsed->spec.name.clear();
    for (const TargetSpec& other : target.servers) {
      if (other.url == parsed->spec.url) return RefuseTwice("--target", other.url);
    }
    target.servers.push_back(std::move(parsed->spec));
    target.basic_authorizations.push_back(std::move(parsed->basic_authorization));
  }
  if (target.name.empty()) {
    return BadFlag("--target", absl::StrFormat("%s needs a name, by which its curve is known: %s",
                                               target.servers.front().url, kGridTargetForm));
  }
  // One server is known by the target's name in its runs, too.
  if (target.servers.size() == 1) target.servers.front().name = target.name;
  return target;
}

GridFlags AddGridFlags(RequestFlags& flags) {
  GridFlags grid;
  grid.targets = flags.ListForStep(
      {"--target",
       absl::StrFormat(
           "%s: a curve of the sweep, measured alone; its load is spread over its URLs, "
           "and gpus are those of all of them; repeatable",
           kGridTargetForm),
       "Common"});
  grid.bs = flags.ListForStep(
      {"--bs,--concurrency",
       "Concurrencies to measure, such as 1,4,16,64,256; auto: from 1 up to where throughput no "
       "longer rises, and beside the server's cliffs",
       "Common"},
      {.delimiter = ','});
  grid.rates = flags.ListForStep(
      {"--request-rate", "Open loops to measure in place of --bs: requests per second", "Common"},
      {.delimiter = ','});
  AddArrivalFlags(grid.rates, flags);
  grid.datasets = flags.ListForStep(
      {"--dataset",
       "Names of datasets or files: a curve each [speed_bench_throughput_1k if it is found, else "
       "builtin]",
       "Common"},
      {.delimiter = ','});
  grid.tiers = flags.ListForStep(
      {"--tier", "Only rows of this tier: a curve for each, such as low_entropy,mixed", "Prompts"},
      {.delimiter = ','});
  grid.temperatures =
      flags.ListForStep({"--temperature",
                         "Sampling temperatures: a curve for each [0 for named datasets, else the "
                         "server's]",
                         "Request"},
                        {.delimiter = ','});
  grid.dataset_dir = flags.TextForStep(
      {"--dataset-dir",
       "Folder with named datasets [$SPECCTL_DATASETS, else ~/.cache/specctl/datasets]",
       "Prompts"});
  flags.Switch(
      {"--synthetic-text",
       "The prompts are not language: conclude nothing about speculation from them", "Prompts"},
      [](RequestFlags::Request& request) -> bool& { return request.spec.dataset.synthetic_text; });
  grid.dataset_format = flags.TextForStep(
      {"--dataset-format", "Format of the rows, where it can't be detected", "Prompts"});
  return grid;
}

absl::StatusOr<GridRequest> ReadGrid(const GridFlags& flags) {
  GridRequest grid;
  for (const auto take : {TakeTargetsOfGrid, TakeLoads, TakeDatasets, TakeTiersAndTemperatures}) {
    if (auto taken = take(flags, grid); !taken.ok()) return taken;
  }
  return grid;
}

}  // namespace specctl::cli
