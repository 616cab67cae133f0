#include "tools/specctl/temporary_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <absl/strings/str_format.h>

#include "common/base/clock.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

// So that none is taken for left between its making and its locking.
constexpr Nanos kLeftAfter = std::chrono::hours(1);
constexpr std::string_view kMade = "-XXXXXX";

UniqueFd OpenFolder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool IsLeft(const UniqueFd& folder, UnixTime now) {
  struct stat facts {};
  if (folder.get() < 0 || ::fstat(folder.get(), &facts) != 0) return false;
  const UnixTime changed{Nanos(std::chrono::seconds(facts.st_mtim.tv_sec))};
  const bool as_made = facts.st_uid == ::geteuid() && (facts.st_mode & 07777) == S_IRWXU;
  return as_made && changed + kLeftAfter <= now && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

// As mkdtemp() names them: a folder of the user's own is not to be taken for one.
bool IsOurs(const std::string& name, std::string_view prefix) {
  return name.size() == prefix.size() + kMade.size() && name.starts_with(prefix) &&
         name[prefix.size()] == '-';
}

void RemoveLeft(const fs::path& parent, std::string_view prefix) {
  std::error_code error;  // what can't be removed stays
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    const fs::path path = at->path();
    if (!IsOurs(path.filename().string(), prefix)) continue;
    const UniqueFd folder = OpenFolder(path.string());
    std::error_code ignored;
    if (IsLeft(folder, UnixNow())) fs::remove_all(path, ignored);
  }
}

}  // namespace

absl::StatusOr<TemporaryFolder> TemporaryFolder::Make(std::string_view prefix) {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  std::string path = (parent / absl::StrFormat("%s%s", prefix, kMade)).string();
  if (error || ::mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError(
        absl::StrFormat("can't create the folder %s: %s", path,
                        error ? error.message() : std::string(std::strerror(errno))));
  }
  UniqueFd lock = OpenFolder(path);
  if (lock.get() >= 0) ::flock(lock.get(), LOCK_EX | LOCK_NB);
  RemoveLeft(parent, prefix);
  return TemporaryFolder(std::move(path), std::move(lock));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what is left is in a folder of temporary files
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace specctl::cli
