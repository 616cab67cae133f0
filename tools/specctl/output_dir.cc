#include "tools/specctl/output_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <absl/strings/str_format.h>

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

absl::Status BadOutputDir(const std::string& dir, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("--output-dir %s: %s", dir, what));
}

// `dir` and its parents as far as they are missing, innermost first.
std::vector<fs::path> MissingOf(const fs::path& dir) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = dir; !at.empty() && !fs::exists(at, error); at = at.parent_path()) {
    missing.push_back(at);
  }
  return missing;
}

}  // namespace

absl::StatusOr<OutputDir> OutputDir::Prepare(const std::string& dir) {
  std::error_code error;
  // Looked at before they are made: what was there already is never removed.
  OutputDir output(MissingOf(dir));
  fs::create_directories(dir, error);
  if (error) return BadOutputDir(dir, absl::StrFormat("can't be created: %s", error.message()));
  const bool empty = fs::is_empty(dir, error);
  if (error) return BadOutputDir(dir, error.message());
  if (!empty) return BadOutputDir(dir, "is not empty; give a new or empty folder");
  // Try it: permissions say nothing about read-only mounts or root.
  const std::string probe = dir + "/.writable";
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return BadOutputDir(dir, absl::StrFormat("can't be written to: %s", std::strerror(errno)));
  ::close(fd);
  ::unlink(probe.c_str());
  return output;
}

OutputDir::~OutputDir() {
  for (const fs::path& folder : made_) {
    std::error_code full;  // that is how it shall be
    // Not remove_all(): only folders that stayed empty go.
    fs::remove(folder, full);
  }
}

}  // namespace specctl::cli
