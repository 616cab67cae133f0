#include "controller/sweep/sweep_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/planning/pareto_csv.h"
#include "common/planning/sweep_json.h"
#include "common/report/output_file.h"
#include "common/sweep/picture.h"
#include "common/sweep/picture_svg.h"

namespace specctl::controller {
namespace {

namespace fs = std::filesystem;

absl::Status SystemFailure(const std::string& path, std::string_view what) {
  return absl::InternalError(absl::StrFormat("%s: %s: %s", path, what, std::strerror(errno)));
}

// What a file, or the names in a folder, are is on disk.
absl::Status SyncPath(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return SystemFailure(path, "sync failed");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SweepFolder> SweepFolder::Open(const std::string& path) {
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return SystemFailure(path, "can't be opened");
  // Of the folder itself: no file of its own stays, also after a kill.
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: another specctl sweep is at work in this folder", path));
  }
  return SweepFolder(path, std::move(folder));
}

absl::StatusOr<Sweep> SweepFolder::Read(const std::string& path) {
  const std::string name = path + "/" + std::string(kSweepFile);
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(absl::StrFormat("%s: no sweep is in this folder: it has no %s", path,
                                               std::string(kSweepFile)));
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return ParseSweep(name, text);
}

absl::Status SweepFolder::Save(const Sweep& sweep) const {
  const std::string path = PathOf(std::string(kSweepFile));
  auto file = OutputFile::Create(path);
  if (!file.ok()) return file.status();
  file->Append(SweepJson(sweep));
  if (auto synced = file->CommitToDisk(); !synced.ok()) return synced;
  return SyncPath(path_);
}

absl::Status SweepFolder::SaveCurves(const Sweep& sweep) const {
  if (auto written = WriteFile(PathOf("pareto.csv"), ParetoCsv(sweep)); !written.ok()) {
    return written;
  }
  return WriteFile(PathOf("pareto.svg"), PicturesSvg(PicturesOf(sweep), "Sweep " + sweep.id));
}

absl::Status SweepFolder::MakeRunFolder(const std::string& run_id) const {
  std::error_code error;
  fs::create_directories(PathOf(RunFolder(run_id)), error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(
      absl::StrFormat("%s: can't be created: %s", PathOf(RunFolder(run_id)), error.message()));
}

absl::Status SweepFolder::SetAside(const std::string& folder) const {
  std::error_code error;
  const fs::path from = PathOf(folder);
  if (!fs::exists(from, error)) return absl::OkStatus();
  fs::create_directories(PathOf("partial"), error);
  fs::rename(from, fs::path(PathOf("partial")) / from.filename(), error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(
      absl::StrFormat("%s: can't be moved to partial/: %s", from.string(), error.message()));
}

}  // namespace specctl::controller
