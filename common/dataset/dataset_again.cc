#include "common/dataset/dataset_again.h"

#include <filesystem>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/dataset/dataset_locator.h"

namespace specctl {
namespace {

namespace fs = std::filesystem;

std::string JoinedPaths(const std::vector<DatasetFile>& files) {
  std::string joined;
  for (const DatasetFile& file : files) joined += (joined.empty() ? "" : ", ") + file.path;
  return joined;
}

// The folder in which the name is found at this path; empty: in none, the file was named besides.
std::string FolderOf(const DatasetName& name, const std::string& path) {
  // Several files are joined by ", "; all are in one folder, so the first one tells it.
  fs::path folder = fs::path(path.substr(0, path.find(", "))).parent_path();
  // The name may have been found in the folder itself or in one below it (speed-bench/).
  for (int up = 0; up < 2; ++up, folder = folder.parent_path()) {
    const std::string dir = folder.empty() ? "." : folder.string();
    // Looked up as the run did: only that shows that the same files are found.
    const auto files = LocateDataset(name, {dir});
    const bool same =
        files.ok() && !files->empty() &&
        fs::path(JoinedPaths(*files)).lexically_normal() == fs::path(path).lexically_normal();
    if (same) return dir;
  }
  return "";
}

}  // namespace

DatasetRequest RequestOf(const DatasetIdentity& before, std::vector<std::string> search_dirs) {
  DatasetRequest request;
  request.search_dirs = std::move(search_dirs);
  const std::optional<DatasetName> name = ParseDatasetName(before.name);
  // A user's own file, or generated rows: one of the two says all.
  if (!name || before.path.empty()) {
    request.dataset = name ? before.name : before.path;
    return request;
  }
  request.dataset = before.name;
  const std::string folder = FolderOf(*name, before.path);
  if (folder.empty()) {
    request.file = before.path;
  } else {
    // First: another folder may have a file of that name by now.
    request.search_dirs.insert(request.search_dirs.begin(), folder);
  }
  return request;
}

absl::Status CheckSame(const DatasetIdentity& before, const DatasetIdentity& now) {
  if (before.sha256 == now.sha256 && before.rows == now.rows) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "--like: %s has changed since that run: %d rows with SHA-256 %s then, %d with %s now; to use "
      "it anyway, name it with --dataset",
      now.path.empty() ? now.name : now.path, before.rows, before.sha256, now.rows, now.sha256));
}

}  // namespace specctl
