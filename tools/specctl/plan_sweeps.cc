#include "tools/specctl/plan_sweeps.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <system_error>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/planning/measured_folder.h"
#include "common/planning/sweep_json.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSweepBytesMax = 256 << 20;  // thousands of points

// sweep.json of a named folder, or the file itself.
fs::path SweepFileOf(const std::string& named) {
  const fs::path path(named);
  std::error_code error;
  return fs::is_directory(path, error) ? path / kSweepFile : path;
}

absl::StatusOr<std::string> ReadText(const fs::path& path, const std::string& named) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrFormat(
        "%s: is no sweep: need the folder that specctl sweep wrote, or its %s", named, kSweepFile));
  }
  if (const auto size = fs::file_size(path, error); error || size > kSweepBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: larger than 256 MiB, which no sweep is", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrFormat("%s: can't be read", path.string()));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

// The journal is the truth: figures in sweep.json may be by an older version's formulas.
absl::Status RefreshPoint(const fs::path& folder, SweepPoint& point, std::ostream& err) {
  if (point.state != PointState::kDone || point.folder.empty()) return absl::OkStatus();
  const std::string run_dir = (folder / point.folder).string();
  if (!HasJournal(run_dir)) return absl::OkStatus();
  if (point.fold && IsCurrent(*point.fold, run_dir)) return absl::OkStatus();
  absl::StatusOr<MeasuredFolder> measured = MeasureFolder(run_dir);
  if (!measured.ok()) return measured.status();
  if (measured->run_id != point.run_id) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: holds run %s, and the sweep's point is of run %s: put that run back",
                        run_dir, measured->run_id, point.run_id));
  }
  if (!measured->from_cache) {
    Say(absl::StrFormat("specctl plan: %s: figures were made anew from its journal", run_dir), err);
  }
  for (const std::string_view label : kLabelsOfSweep) {
    if (point.measured.HasLabel(label)) measured->measured.labels.emplace_back(label);
  }
  point.measured = std::move(measured->measured);
  point.fold = measured->fold;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NamedSweep> ReadSweep(const std::string& named, std::ostream& err) {
  const fs::path file = SweepFileOf(named);
  const absl::StatusOr<std::string> text = ReadText(file, named);
  if (!text.ok()) return text.status();
  absl::StatusOr<Sweep> sweep = ParseSweep(file.string(), *text);
  if (!sweep.ok()) return sweep.status();
  for (SweepPoint& point : sweep->points) {
    if (absl::Status status = RefreshPoint(file.parent_path(), point, err); !status.ok()) {
      return status;
    }
  }
  return NamedSweep{.name = named, .sweep = *std::move(sweep)};
}

}  // namespace specctl::cli
