// TemporaryFolder: a folder that goes with its object.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

#include "common/base/unique_fd.h"

namespace specctl::cli {

// Move-only.  Locked while it exists: what a process that was killed has left is known by that, and
// removed by the next one.
class TemporaryFolder {
 public:
  // In $TMPDIR or /tmp; its name begins with `prefix`; for this user alone.  First removes what
  // was made so by this user, is an hour old, and is locked by nobody.
  // UNAVAILABLE: it can't be made; the text names it and why
  static absl::StatusOr<TemporaryFolder> Make(std::string_view prefix);
  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;  // empty: moved from
  UniqueFd lock_;     // of the folder; gone with the process, however that ends
};

}  // namespace specctl::cli
