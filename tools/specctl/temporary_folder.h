// TemporaryFolder: a folder that goes with its object.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

namespace specctl::cli {

// Move-only.
class TemporaryFolder {
 public:
  // In $TMPDIR or /tmp; its name begins with `prefix`; for this user alone.
  // UNAVAILABLE: it can't be made; the text names it and why
  static absl::StatusOr<TemporaryFolder> Make(std::string_view prefix);
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty: moved from
};

}  // namespace specctl::cli
