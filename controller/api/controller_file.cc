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
  const std::string asked = named->dataset;
  auto file = FileIn(folder, asked);
  if (!file.ok()) return file.status();
  named->dataset = *std::move(file);
  auto rows = LoadDataset(*named);
  if (!rows.ok()) return rows.status();
  rows->identity.name = asked;
  rows->identity.path = asked;
  request.prompts = *std::move(rows);
  return absl::OkStatus();
}

}  // namespace specctl::controller
