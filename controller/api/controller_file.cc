#include "controller/api/controller_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/dataset/dataset_locator.h"
#include "common/dataset/dataset_name.h"
#include "controller/sweep/sweep_rows.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "controller:";

std::string Asked(std::string_view dataset) {
  return absl::StrFormat("--dataset %s", Printable(dataset));
}

// The file's path, without symbolic links: it is in `folder`.
absl::StatusOr<std::string> FileIn(const std::string& folder, std::string_view dataset) {
  if (folder.empty()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: the controller was started without --dataset-dir: it has no files for runs",
        Asked(dataset)));
  }
  const fs::path path(dataset.substr(kPrefix.size()));
  const bool leads_out =
      path.empty() || path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
  if (leads_out) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need a path below the controller's --dataset-dir", Asked(dataset)));
  }
  std::error_code error, no_file;
  const fs::path root = fs::canonical(folder, error);
  const fs::path file = fs::canonical(root / path, no_file);
  const auto [root_end, file_at] =
      std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  // A link that leads out is as good as none.
  const bool inside = !error && !no_file && root_end == root.end() && file_at != file.end();
  if (inside && fs::is_regular_file(file, error)) return file.string();
  return absl::NotFoundError(absl::StrFormat(
      "%s: there is no such file in the controller's --dataset-dir", Asked(dataset)));
}

// The rows of controller:PATH.
absl::StatusOr<Dataset> LoadControllerFile(DatasetRequest named, const std::string& folder) {
  const std::string asked = named.dataset;
  auto file = FileIn(folder, asked);
  if (!file.ok()) return file.status();
  named.dataset = *std::move(file);
  auto rows = LoadDataset(named);
  if (!rows.ok()) return rows;
  rows->identity.name = asked;
  rows->identity.path = asked;
  return rows;
}

}  // namespace

bool NamesControllerFile(std::string_view dataset) { return dataset.starts_with(kPrefix); }

absl::Status CheckNamedPrompts(const DatasetRequest& request, const std::string& folder) {
  if (!request.file.empty()) {
    return absl::InvalidArgumentError("order: a file of the submitter's must come with it");
  }
  if (NamesControllerFile(request.dataset)) return FileIn(folder, request.dataset).status();
  if (request.dataset.empty() || ParseDatasetName(request.dataset)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: not the name of a dataset; a file on the controller is controller:PATH",
                      Asked(request.dataset)));
}

absl::Status TakeNamedPrompts(const std::string& folder, MeasureRequest& request) {
  auto* const named = std::get_if<DatasetRequest>(&request.prompts);
  if (named == nullptr) return absl::OkStatus();
  if (auto checked = CheckNamedPrompts(*named, folder); !checked.ok()) return checked;
  if (!NamesControllerFile(named->dataset)) {
    named->search_dirs = DatasetSearchDirs(folder);
    return absl::OkStatus();
  }
  auto rows = LoadControllerFile(*named, folder);
  if (!rows.ok()) return rows.status();
  request.prompts = *std::move(rows);
  return absl::OkStatus();
}

absl::Status CheckNamedPrompts(const SweepOrder& order, const std::string& folder) {
  for (const auto& [name, request] : order.job.named_datasets) {
    if (auto checked = CheckNamedPrompts(request, folder); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status TakeNamedPrompts(const std::string& folder, SweepOrder& order) {
  if (auto checked = CheckNamedPrompts(order, folder); !checked.ok()) return checked;
  for (auto& [name, request] : std::exchange(order.job.named_datasets, {})) {
    request.search_dirs = DatasetSearchDirs(folder);
    auto rows = NamesControllerFile(request.dataset) ? LoadControllerFile(request, folder)
                                                     : LoadDataset(request);
    if (!rows.ok()) return rows.status();
    if (auto some = CheckTiers(order.sweep.grid, *rows); !some.ok()) return some;
    if (auto same = CheckUnchanged(order.sweep, name, *rows); !same.ok()) {
      return absl::Status(same.code(), absl::StrFormat("%s; put them back, or begin another sweep",
                                                       std::string(same.message())));
    }
    order.job.datasets.emplace(name, *std::move(rows));
  }
  return absl::OkStatus();
}

}  // namespace specctl::controller
