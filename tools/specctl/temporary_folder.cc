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

UniqueFd OpenFolder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool IsLeft(const UniqueFd& folder, UnixTime now) {
  struct stat facts {};
  if (folder.get() < 0 || ::fstat(folder.get(), &facts) != 0) return false;
  const UnixTime changed{Nanos(std::chrono::seconds(facts.st_mtim.tv_sec))};
  return facts.st_uid == ::geteuid() && changed + kLeftAfter <= now &&
         ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

void RemoveLeft(const fs::path& parent, std::string_view prefix) {
  std::error_code ignored;  // what can't be removed stays
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(absl::StrFormat("%s-", prefix))) continue;
    const UniqueFd folder = OpenFolder(entry.path().string());
    if (IsLeft(folder, UnixNow())) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

absl::StatusOr<TemporaryFolder> TemporaryFolder::Make(std::string_view prefix) {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  std::string path = (parent / absl::StrFormat("%s-XXXXXX", prefix)).string();
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
